/** Reads what `ip -N -j -d` prints of our own rules and tables. What others put beside it is passed over. */
import {
  type IpAddress,
  type IpFamily,
  type OutsideFlow,
  type PolicyRoute,
  type PolicyRule,
  type PolicyTable,
  parseIpAddress,
  parseIpPrefix,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { LOCAL_OUTPUT, OWN_ROUTE_PROTOCOL } from '../linux-pitfalls.js'
import { everyMark, markMask, type PolicyNumbers } from '../policy-numbers.js'
import { type LeadingOutside, type OutdatedRule, policyMetrics } from '../render/policy-commands.js'
import { decodeList, type IpRouteEntry } from './parse-ip-json.js'
import { readDestination } from './read-host.js'
import { type Unreadable, unreadable } from './wireguard-device.js'

/** One rule as `ip -N -j -d rule show` prints it. */
const ipRuleEntry = t.intersection([
  t.type({ priority: t.Integer }),
  t.partial({
    not: t.null,
    dst: t.string,
    dstlen: t.Integer,
    iif: t.string,
    fwmark: t.string,
    fwmask: t.string,
    ipproto: t.string,
    dport: t.Integer,
    table: t.string,
    goto: t.Integer,
    nop: t.null,
    suppress_prefixlen: t.Integer,
    protocol: t.string,
  }),
])

export type IpRuleEntry = t.TypeOf<typeof ipRuleEntry>

/** Reads `ip -N -j -d rule show`. */
export const parseIpRule = (text: string): E.Either<Unreadable, readonly IpRuleEntry[]> =>
  decodeList(text, ipRuleEntry, 'ip rule')

const TABLE_MAIN = '254'

/** An interface, and the numbers by which its policy routing is told from that of others. */
export interface OwnNumbers {
  readonly name: string
  readonly numbers: PolicyNumbers
}

/** Our rules of one family, as they stand. */
export interface FoundRules {
  /** In the order in which they are asked. */
  readonly rules: readonly PolicyRule[]
  /** Those among them that an earlier version wrote. */
  readonly outdated: readonly OutdatedRule[]
  /** Whether the rule is there that those which lead outside lead to. */
  readonly hasEnd: boolean
}

export const readPolicyRules = (family: IpFamily, entries: readonly IpRuleEntry[], own: OwnNumbers): FoundRules => {
  const ours = entries.filter(({ protocol, not }) => protocol === OWN_ROUTE_PROTOCOL && not === undefined)
  const outdated = ours.flatMap((entry) => readOutdated(family, entry, own) ?? [])
  const rules = ours.flatMap((entry) => readRule(family, entry, own) ?? readOutdated(family, entry, own)?.rule ?? [])
  const { endPriority } = own.numbers
  return { rules, outdated, hasEnd: ours.some(({ priority, nop }) => priority === endPriority && nop === null) }
}

/** Whether nothing is to be done about them: each is as it is written today, and leads to where it shall. */
export const areRulesSettled = ({ rules, outdated, hasEnd }: FoundRules): boolean =>
  outdated.length === 0 && hasEnd === rules.some(isLeadingOutside)

/** Whether the host's own rules are asked after it. */
export const isLeadingOutside = (rule: PolicyRule): rule is LeadingOutside =>
  rule.kind === 'mapped' || rule.kind === 'bypass' || rule.kind === 'own-bypass' || rule.kind === 'outside-flow'

const isMarked = ({ fwmark, fwmask }: IpRuleEntry, mark: number, mask: number | undefined): boolean =>
  fwmark !== undefined && Number(fwmark) === mark && Number(fwmask) === mask

/** Which packets it is about, if it is one that leads outside; whichever marks. */
const readLeading = (
  family: IpFamily,
  { priority, iif, fwmark, dst, dstlen, ipproto, dport }: IpRuleEntry,
  { name, numbers: { priorities } }: OwnNumbers,
): LeadingOutside | undefined => {
  if (priority === priorities.mapped && iif === name && fwmark !== undefined) return { family, kind: 'mapped' }
  if (priority === priorities.bypass && iif === undefined && fwmark !== undefined) return { family, kind: 'bypass' }
  if (priority === priorities['own-bypass'] && iif === LOCAL_OUTPUT && fwmark !== undefined)
    return { family, kind: 'own-bypass' }
  const isAboutFlow = priority === priorities['outside-flow'] && dstlen === undefined
  const flow = isAboutFlow ? readFlow(ipproto, dst, dport) : undefined
  return flow && { family, kind: 'outside-flow', ...flow }
}

/** What asks the main table instead of all that the host would ask. */
const readOutdated = (family: IpFamily, entry: IpRuleEntry, own: OwnNumbers): OutdatedRule | undefined => {
  const { table, suppress_prefixlen, fwmark, fwmask } = entry
  if (table !== TABLE_MAIN || suppress_prefixlen !== undefined) return undefined
  const rule = readLeading(family, entry, own)
  return rule && { rule, mark: fwmask === undefined ? fwmark : `${fwmark}/${fwmask}` }
}

const readRule = (family: IpFamily, entry: IpRuleEntry, own: OwnNumbers): PolicyRule | undefined => {
  const { priority, dst, iif, fwmark, ipproto, table, suppress_prefixlen } = entry
  const { mappedMark, tables, priorities, endPriority } = own.numbers
  const isPlain = iif === undefined && fwmark === undefined && dst === undefined && ipproto === undefined
  const isMain = table === TABLE_MAIN
  const isTunnel = table === String(tables.tunnel)
  const leading = entry.goto === endPriority ? readLeading(family, entry, own) : undefined
  switch (priority) {
    case priorities.mapped:
      return isMarked(entry, mappedMark, markMask) ? leading : undefined
    case priorities.forwarded:
      return iif === own.name && fwmark === undefined && table === String(tables.forwarded)
        ? { family, kind: 'forwarded' }
        : undefined
    case priorities.bypass:
      return isMarked(entry, everyMark.mark, everyMark.mask) ? leading : undefined
    case priorities['outside-flow']:
      return leading ?? (isMain ? readYielding(family, entry) : undefined)
    case priorities['before-own-routes']:
      return isPlain && isTunnel && suppress_prefixlen === 0 ? { family, kind: 'before-own-routes' } : undefined
    case priorities['own-routes']:
      return isPlain && isMain && suppress_prefixlen === 0 ? { family, kind: 'own-routes' } : undefined
    case priorities.everything:
      return isPlain && isTunnel && suppress_prefixlen === undefined ? { family, kind: 'everything' } : undefined
    default:
      return undefined
  }
}

/** A single address has no length. */
const readYielding = (
  family: IpFamily,
  { iif, fwmark, ipproto, dst, dstlen, suppress_prefixlen }: IpRuleEntry,
): PolicyRule | undefined => {
  if (iif !== undefined || fwmark !== undefined || ipproto !== undefined) return undefined
  const to = parseIpPrefix(`${dst}/${dstlen ?? (family === 4 ? 32 : 128)}`)
  if (suppress_prefixlen === undefined || E.isLeft(to)) return undefined
  return { family, kind: 'longer-own-routes', to: to.right, longerThan: suppress_prefixlen }
}

/** As versions of `ip` print them. */
const protocols: Readonly<Record<string, 'tcp' | 'udp'>> = {
  ...{ tcp: 'tcp', '6': 'tcp', 'ipproto-6': 'tcp' },
  ...{ udp: 'udp', '17': 'udp', 'ipproto-17': 'udp' },
}

const readFlow = (ipproto = '', dst: string | undefined, port: number | undefined): OutsideFlow | undefined => {
  const protocol = protocols[ipproto]
  const address = dst === undefined ? E.right<never, IpAddress | null>(null) : parseIpAddress(dst)
  if (protocol === undefined || port === undefined || E.isLeft(address)) return undefined
  return { protocol, address: address.right, port }
}

/** Numbers of rtnetlink.h. */
const types: Readonly<Record<string, PolicyRoute['to']>> = { '1': 'mesh', '7': 'nowhere', '9': 'outside' }

/** The routes of one family in our own tables. */
export const readPolicyRoutes = (
  family: IpFamily,
  entries: readonly IpRouteEntry[],
  { name, numbers: { tables } }: OwnNumbers,
): E.Either<Unreadable, readonly PolicyRoute[]> => {
  const routes: PolicyRoute[] = []
  for (const entry of entries) {
    const table = tableOf(entry.table, tables)
    const to = types[entry.type ?? '1']
    if (table === undefined || to === undefined || entry.metric !== policyMetrics[to]) continue
    if (to === 'mesh' && entry.dev !== name) continue
    const prefix = readDestination(family, entry.dst)
    if (E.isLeft(prefix)) return prefix
    const source = entry.prefsrc === undefined ? E.right(null) : parseIpAddress(entry.prefsrc)
    if (E.isLeft(source)) return unreadable(`the source of the route to ${prefix.right} is no address`)
    routes.push({ table, prefix: prefix.right, to, preferredSource: source.right })
  }
  return E.right(routes)
}

const tableOf = (number: string | undefined, tables: PolicyNumbers['tables']): PolicyTable | undefined =>
  number === String(tables.tunnel) ? 'tunnel' : number === String(tables.forwarded) ? 'forwarded' : undefined
