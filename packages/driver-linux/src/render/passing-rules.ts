/** What the filter's rules are put together of: who may send what to whom, as a rule of a config says it. */
import type { FirewallForward, FirewallSetId, IpFamily, Traffic } from '@meshfold/core'
import type { FilterRule, Match, Read, Side } from './filter-rule.js'
import { families } from './nft-words.js'

/** Against the flow's first packet. */
export const reply: Match = { on: 'direction', is: 'reply' }

/** An error about a flow. */
export const related: Match = { on: 'related' }

/** How a rule is read. */
export interface Reading {
  /** With source and destination in each other's place. */
  readonly isTurned: boolean
  readonly read: Read
}

/** Between whom, and of which traffic, a rule lets pass; `which`: of these packets alone. */
export const passing = (
  which: readonly Match[],
  mesh: FirewallSetId,
  rule: FirewallForward,
  reading: Reading,
): readonly FilterRule[] =>
  families.flatMap((family) =>
    endsOf(mesh, rule, reading).flatMap((ends) => accepting(family, [...which, ...ends], rule.traffic, reading.read)),
  )

/** Sources times destinations. */
export const endsOf = (
  mesh: FirewallSetId,
  { from, within, to, beyondMesh, through, exceptTo }: FirewallForward,
  { isTurned, read }: Reading,
): readonly (readonly Match[])[] => {
  const [source, destination] = isTurned ? (['daddr', 'saddr'] as const) : (['saddr', 'daddr'] as const)
  const targets = to === null ? [[]] : to.map((set) => isIn(destination, set, read))
  const beyond = beyondMesh ? isNotIn(destination, mesh, read) : []
  const attached = through === null ? [[]] : [isIn('saddr', through, read), isIn('daddr', through, read)]
  return from.flatMap((set) =>
    targets.flatMap((target) =>
      attached.map((of) => [
        ...isIn(source, set, read),
        ...isIn(source, within, read),
        ...target,
        ...beyond,
        ...of,
        ...(exceptTo === null ? [] : isNotIn('daddr', exceptTo, read)),
      ]),
    ),
  )
}

/** Nothing is asked of no set. */
export const isIn = (side: Side, set: FirewallSetId | null, read: Read): readonly Match[] =>
  set === null ? [] : [{ on: 'set', side, set, isIn: true, read }]

export const isNotIn = (side: Side, set: FirewallSetId, read: Read): readonly Match[] => [
  { on: 'set', side, set, isIn: false, read },
]

/** One rule for each kind of traffic. */
export const accepting = (
  family: IpFamily,
  matches: readonly Match[],
  traffic: readonly Traffic[],
  read: Read,
): readonly FilterRule[] =>
  traffic.map((kind) => ({
    family,
    matches: kind.protocol === 'any' ? matches : [...matches, { on: 'traffic', traffic: kind, read }],
    verdict: 'accept',
  }))
