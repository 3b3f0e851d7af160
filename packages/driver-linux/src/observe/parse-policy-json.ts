/** Reads what `ip -N -j -d` prints of our own rules and tables. What others put beside it is passed over. */
import {
  type IpAddress,
  type IpFamily,
  type OutsideFlow,
  type PolicyRoute,
  type PolicyRule,
  type PolicyTable,
  parseIpAddress,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { OWN_ROUTE_PROTOCOL } from '../linux-pitfalls.js'
import { mappedMask, type PolicyNumbers } from '../policy-numbers.js'
import { policyMetrics } from '../render/policy-commands.js'
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
    suppress_prefixlen: t.Integer,
    protocol: t.string,
  }),
])

export type IpRuleEntry = t.TypeOf<typeof ipRuleEntry>

/** Reads `ip -N -j -d rule show`. */
export const parseIpRule = (text: string): E.Either<Unreadable, readonly IpRuleEntry[]> =>
  decodeList(text, ipRuleEntry, 'ip rule')

const TABLE_MAIN = '254'

/** Our rules of one family, in the order in which they are asked. */
export const readPolicyRules = (
  family: IpFamily,
  entries: readonly IpRuleEntry[],
  own: { readonly name: string; readonly numbers: PolicyNumbers },
): readonly PolicyRule[] =>
  entries.flatMap((entry) => {
    const rule =
      entry.protocol === OWN_ROUTE_PROTOCOL && entry.not === undefined ? readRule(family, entry, own) : undefined
    return rule === undefined ? [] : [rule]
  })

const readRule = (
  family: IpFamily,
  { priority, dst, dstlen, iif, fwmark, fwmask, ipproto, dport, table, suppress_prefixlen }: IpRuleEntry,
  {
    name,
    numbers: { mark, mappedMark, tables, priorities },
  }: { readonly name: string; readonly numbers: PolicyNumbers },
): PolicyRule | undefined => {
  const isPlain = iif === undefined && fwmark === undefined && dst === undefined && ipproto === undefined
  const isMain = table === TABLE_MAIN
  const isTunnel = table === String(tables.tunnel)
  const isMarked = (by: number, mask?: number) =>
    fwmark !== undefined && Number(fwmark) === by && (fwmask === undefined ? undefined : Number(fwmask)) === mask
  switch (priority) {
    case priorities.mapped: {
      const isOwn = iif === name && isMarked(mappedMark, mappedMask)
      return isOwn && isMain && suppress_prefixlen === undefined ? { family, kind: 'mapped' } : undefined
    }
    case priorities.forwarded:
      return iif === name && fwmark === undefined && table === String(tables.forwarded)
        ? { family, kind: 'forwarded' }
        : undefined
    case priorities.bypass:
      return isMarked(mark) && isMain && suppress_prefixlen === undefined ? { family, kind: 'bypass' } : undefined
    case priorities['outside-flow']: {
      const flow = isMain && dstlen === undefined ? readFlow(ipproto, dst, dport) : undefined
      return flow && { family, kind: 'outside-flow', ...flow }
    }
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
  { name, numbers: { tables } }: { readonly name: string; readonly numbers: PolicyNumbers },
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
