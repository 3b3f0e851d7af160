/**
 * What is let in and passed on, rule by rule, as core's tracer goes through it. Packets of other interfaces are none of our business.
 *
 * Answers pass while the rule stands that let the question pass: each is judged by its flow's first packet. So a policy that is
 * tightened ends what it no longer allows, at once and both ways, and nothing has to be forgotten for it.
 */
import {
  controlPort,
  type FirewallFilter,
  type FirewallForward,
  type FirewallInput,
  type FirewallSetId,
  type PortRange,
  prefixFamily,
  type Traffic,
} from '@meshfold/core'
import { beside, publishedBeside } from './beside-rules.js'
import type { FilterHook, FilterRule, Match, Read } from './filter-rule.js'
import { families } from './nft-words.js'
import { accepting, endsOf, isIn, isNotIn, passing, related, reply } from './passing-rules.js'

/** Of packets that come in, leave or pass over the own interface, in order; of all others, those to the host's own addresses. */
export const filterRules = (filter: FirewallFilter): Readonly<Record<FilterHook, readonly FilterRule[]>> => ({
  input: [
    ...beside(filter),
    errors,
    { family: null, matches: [reply], verdict: 'accept' },
    ...letIn(filter, [], 'packet'),
    ...letInByRange(filter, []),
    drop,
  ],
  // What the host begins goes out as it likes; what it answers, while the question would be let in.
  output: [
    errors,
    ...letIn(filter, [reply], 'flow'),
    ...letInByRange(filter, [reply]),
    { family: null, matches: [reply], verdict: 'drop' },
  ],
  // Relays look at each packet by itself, both ways; all others remember whom they let through.
  forward: [
    ...publishedBeside(filter),
    errors,
    ...filter.forward.flatMap((rule) => forwardRule(filter.mesh, rule)),
    ...published(filter),
    drop,
  ],
})

/** What was sent to this host and is passed on to a container of it is let in as if the host answered itself. */
const published = (filter: FirewallFilter): readonly FilterRule[] =>
  (['original', 'reply'] as const).flatMap((is) =>
    letIn(
      filter,
      [
        ...wayOf(is === 'original' ? 'mesh-to-underlay' : 'underlay-to-mesh'),
        { on: 'translated' },
        { on: 'direction', is },
      ],
      'flow',
    ),
  )

const errors: FilterRule = { family: null, matches: [related], verdict: 'accept' }
const drop: FilterRule = { family: null, matches: [], verdict: 'drop' }

const letIn = ({ control, input }: FirewallFilter, which: readonly Match[], read: Read): readonly FilterRule[] => [
  ...control.flatMap((range) => {
    const ends: readonly Match[] = (['saddr', 'daddr'] as const).map((side) => ({ on: 'range', side, range, read }))
    const probes: readonly Traffic[] = [
      { protocol: 'icmp' },
      { protocol: 'udp', ports: [{ first: controlPort, last: controlPort }] },
    ]
    return accepting(prefixFamily(range), [...which, ...ends], probes, read)
  }),
  ...input.flatMap((rule) => inputRule(rule, which, read)),
]

/** A router's own addresses in the ranges that it routes are reached as all others there; those in the mesh have rules of their own. */
const letInByRange = (filter: FirewallFilter, which: readonly Match[]): readonly FilterRule[] =>
  filter.forward
    .filter(({ direction, to }) => direction === 'mesh-to-underlay' && to !== null)
    .flatMap((rule) =>
      passing([...which, ...isNotIn('daddr', filter.ranges, 'flow')], filter.mesh, rule, {
        isTurned: false,
        read: 'flow',
      }),
    )

const inputRule = (
  { from, within, to, traffic }: FirewallInput,
  which: readonly Match[],
  read: Read,
): readonly FilterRule[] =>
  families.flatMap((family) =>
    from.flatMap((source) => {
      const ends = [...isIn('saddr', source, read), ...isIn('saddr', within, read), ...isIn('daddr', to, read)]
      return accepting(family, [...which, ...ends], traffic, read)
    }),
  )

const forwardRule = (mesh: FirewallSetId, rule: FirewallForward): readonly FilterRule[] => {
  const { direction, stateful, exceptTo } = rule
  const there = wayOf(direction)
  const back = wayOf(turned[direction])
  if (stateful === 'no')
    return [
      ...passing(there, mesh, rule, { isTurned: false, read: 'packet' }),
      ...passing(there, mesh, rule, { isTurned: true, read: 'packet' }),
      ...(exceptTo === null ? [] : answersToOwn(back, mesh, rule, exceptTo)),
    ]
  // Before a range is mapped, its addresses are those that the mesh sees and rules mean.
  const asked: readonly Match[] = direction === 'mesh-to-underlay' ? [{ on: 'direction', is: 'original' }] : []
  return [
    ...passing([...there, ...asked], mesh, rule, { isTurned: false, read: asked.length === 0 ? 'packet' : 'flow' }),
    ...passing([...back, reply], mesh, rule, { isTurned: false, read: 'flow' }),
    ...(stateful === 'lenient' ? underWay({ there, back }, mesh, rule) : []),
  ]
}

const turned: Readonly<Record<FirewallForward['direction'], FirewallForward['direction']>> = {
  'mesh-to-mesh': 'mesh-to-mesh',
  'mesh-to-underlay': 'underlay-to-mesh',
  'underlay-to-mesh': 'mesh-to-underlay',
}

const wayOf = (direction: FirewallForward['direction']): readonly Match[] => [
  { on: 'interface', way: 'in', isOwn: direction !== 'underlay-to-mesh' },
  { on: 'interface', way: 'out', isOwn: direction !== 'mesh-to-underlay' },
]

/** What own clients began is answered to them, though what others begin with them has rules of its own. */
const answersToOwn = (
  back: readonly Match[],
  mesh: FirewallSetId,
  rule: FirewallForward,
  own: FirewallSetId,
): readonly FilterRule[] => {
  const pair: FirewallForward = { ...rule, through: null, exceptTo: null }
  return families.flatMap((family) =>
    [false, true].flatMap((isTurned) =>
      endsOf(mesh, pair, { isTurned, read: 'flow' }).flatMap((ends) =>
        accepting(family, [...back, reply, ...ends, ...isIn('saddr', own, 'flow')], rule.traffic, 'flow'),
      ),
    ),
  )
}

/**
 * Flows that began at another router: TCP that is not about to begin passes where one direction of it is allowed. Whichever end's
 * packet comes by first is taken for the one that began, so what the other sends then looks like an answer.
 */
const underWay = (
  { there, back }: { readonly there: readonly Match[]; readonly back: readonly Match[] },
  mesh: FirewallSetId,
  rule: FirewallForward,
): readonly FilterRule[] =>
  families.flatMap((family) =>
    [false, true].flatMap((isTurned) =>
      endsOf(mesh, rule, { isTurned, read: 'packet' }).flatMap((ends) =>
        tcpPortsOf(rule).map((ports): FilterRule => {
          const passes = { on: 'under-way', side: isTurned ? 'sport' : 'dport', ports } as const
          return { family, matches: [...(isTurned ? back : there), ...ends, passes], verdict: 'accept' }
        }),
      ),
    ),
  )

/** Of each kind of traffic that can be TCP; an empty list: all ports. */
const tcpPortsOf = ({ traffic }: FirewallForward): readonly (readonly PortRange[])[] =>
  traffic.flatMap((kind) => (kind.protocol === 'tcp' ? [kind.ports] : kind.protocol === 'any' ? [[]] : []))
