/** The filter's rules in nft's words. */

import type { FirewallRules, IpFamily, PortRange } from '@meshfold/core'
import { REDIRECTS } from '../linux-pitfalls.js'
import { markText } from '../policy-numbers.js'
import { eachWay, type FilterHook, type FilterRule, type Match, type Read } from './filter-rule.js'
import { filterRules } from './filter-rules.js'
import type { NftSetNames } from './nft-sets.js'
import { type Chain, hasMark, ip } from './nft-words.js'

export const filterChains = (own: string, { filter }: FirewallRules, names: NftSetNames): readonly Chain[] => {
  if (filter === null) return []
  const rules = filterRules(filter)
  return (['input', 'output', 'forward'] as const).map((name) => ({
    name,
    hook: `type filter hook ${name} priority filter`,
    rules: [...first[name](own), ...rules[name].flatMap((rule) => ruleTexts(own, names, rule))],
    later: new Set(rules[name].filter(isOfMembers).flatMap((rule) => ruleTexts(own, names, rule))),
  }))
}

const isOfMembers = ({ matches, verdict }: FilterRule): boolean =>
  verdict !== 'drop' && matches.some((match) => match.on === 'set' && match.isIn)

/**
 * What is none of our business; what relays would say of shorter ways, and in `forward` the size of TCP's segments. What has our mark goes
 * by the host's own routes: it seems to leave by our interface because it was sent elsewhere on this very hook.
 */
const first: Readonly<Record<FilterHook, (own: string) => readonly string[]>> = {
  input: () => [],
  output: (own) => [
    `oifname != "${own}" accept`,
    `${hasMark(markText(own))} accept`,
    `${REDIRECTS[4]} drop`,
    `${REDIRECTS[6]} drop`,
  ],
  forward: (own) => [`oifname "${own}" tcp flags syn tcp option maxseg size set rt mtu`],
}

/** One for each way to be in the sets that it names: as a single address or in a range. None where a set has nobody of the family. */
const ruleTexts = (own: string, names: NftSetNames, { family, matches, verdict }: FilterRule): readonly string[] =>
  eachWay(matches.map((match) => matchTexts(own, names, family ?? 4, match))).map((words) =>
    [...words.filter((word) => word !== ''), verdict === 'pass' ? 'accept' : verdict].join(' '),
  )

/** Any of them, in rules of their own. */
function matchTexts(own: string, names: NftSetNames, family: IpFamily, match: Match): readonly string[] {
  if (match.on !== 'set') return [matchText(own, family, match)]
  const field = `${read(match.read)}${ip(family)} ${match.side}`
  const sets = names(match.set, family)
  if (match.isIn) return sets.map((set) => `${field} @${set}`)
  return [sets.map((set) => `${field} != @${set}`).join(' ')]
}

function matchText(own: string, family: IpFamily, match: Exclude<Match, { on: 'set' }>): string {
  switch (match.on) {
    case 'interface':
      return `${match.way === 'in' ? 'iifname' : 'oifname'} ${match.isOwn ? '==' : '!='} "${own}"`
    case 'loopback':
      return 'iifname "lo"'
    case 'direction':
      return `ct direction ${match.is}`
    case 'range':
      return `${read(match.read)}${ip(family)} ${match.side} ${match.range}`
    case 'traffic':
      return trafficText(match, family)
    case 'related':
      return 'ct state related'
    case 'translated':
      return 'ct status dnat'
    case 'under-way':
      return `tcp flags & (fin|syn|rst|ack) != syn${portsText(` tcp ${match.side}`, match.ports)}`
  }
}

const read = (of: Read): string => (of === 'flow' ? 'ct original ' : '')

function trafficText({ traffic, read: of }: Extract<Match, { on: 'traffic' }>, family: IpFamily): string {
  // A word of nft's own: for `ipv6-icmp` it looks into /etc/protocols, which not every host has.
  if (traffic.protocol === 'icmp') return `meta l4proto ${family === 4 ? 'icmp' : 'icmpv6'}`
  const protocol = `meta l4proto ${traffic.protocol}`
  if (traffic.ports.length === 0) return protocol
  return portsText(of === 'packet' ? `${traffic.protocol} dport` : `${protocol} ct original proto-dst`, traffic.ports)
}

/** Nothing where there are none: all of them. */
function portsText(field: string, ports: readonly PortRange[]): string {
  const ranges = ports.map(({ first: low, last }) => (low === last ? `${low}` : `${low}-${last}`))
  return ranges.length === 0 ? '' : `${field} { ${ranges.join(', ')} }`
}
