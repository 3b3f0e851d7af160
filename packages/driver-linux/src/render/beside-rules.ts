/**
 * What comes by other interfaces than the mesh's, and is for the host's own addresses in the mesh: from a range that the host routes it may
 * be let in, as it is let through to others. A neighbour on any LAN of the host's could send there otherwise.
 */
import { type FirewallFilter, prefixFamily } from '@meshfold/core'
import type { FilterRule, Match, Read } from './filter-rule.js'
import { families } from './nft-words.js'
import { isNotIn, passing, related, reply } from './passing-rules.js'

/** What comes in; all that is for other addresses is passed over. */
export const beside = (filter: FirewallFilter): readonly FilterRule[] => {
  const which: readonly Match[] = [{ on: 'interface', way: 'in', isOwn: false }]
  return [
    { family: null, matches: [{ on: 'loopback' }], verdict: 'pass' },
    ...answersOfOthers(filter, which),
    { family: null, matches: [...which, related], verdict: 'pass' },
    ...judgedBeside(filter, which, 'packet'),
    { family: null, matches: which, verdict: 'pass' },
  ]
}

/** Who has an address of the mesh answers by the mesh: a neighbour could say so as well, of any flow whose ports are known. */
const answersOfOthers = ({ ranges }: FirewallFilter, which: readonly Match[]): readonly FilterRule[] =>
  families.map((family) => ({
    family,
    matches: [...which, reply, ...isNotIn('saddr', ranges, 'packet')],
    verdict: 'pass',
  }))

/** The same of what is passed on to a container of this host, since it was sent to the host. */
export const publishedBeside = (filter: FirewallFilter): readonly FilterRule[] => {
  const which: readonly Match[] = [
    { on: 'interface', way: 'in', isOwn: false },
    { on: 'interface', way: 'out', isOwn: false },
  ]
  return [
    ...judgedBeside(filter, [...which, { on: 'translated' }, { on: 'direction', is: 'original' }], 'flow'),
    { family: null, matches: which, verdict: 'pass' },
  ]
}

const judgedBeside = (filter: FirewallFilter, which: readonly Match[], read: Read): readonly FilterRule[] => [
  ...filter.forward
    .filter(({ direction }) => direction === 'underlay-to-mesh')
    .flatMap((rule) => passing(which, filter.mesh, rule, { isTurned: false, read }))
    .map((rule): FilterRule => ({ ...rule, verdict: 'pass' })),
  ...filter.own.map(
    (range): FilterRule => ({
      family: prefixFamily(range),
      matches: [...which, { on: 'range', side: 'daddr', range, read }],
      verdict: 'drop',
    }),
  ),
]
