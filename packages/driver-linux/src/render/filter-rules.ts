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
  type FirewallRules,
  type FirewallSetId,
  type IpFamily,
  prefixFamily,
  type Traffic,
} from '@meshfold/core'
import { type Chain, families, ip, setName } from './nft-words.js'

export const filterChains = (own: string, { filter }: FirewallRules): readonly Chain[] =>
  filter === null
    ? []
    : [
        { name: 'input', hook: hookOf('input'), rules: inputRules(own, filter) },
        { name: 'output', hook: hookOf('output'), rules: outputRules(own, filter) },
        { name: 'forward', hook: hookOf('forward'), rules: forwardRules(own, filter) },
      ]

const hookOf = (name: 'input' | 'output' | 'forward') => `type filter hook ${name} priority filter`

/** Errors about a flow, such as that packets are too big. */
const errors = 'ct state related accept'

/** Which packet addresses and ports are read of: the one that is there, or the first one of its flow. */
type Read = '' | 'ct original '

const inputRules = (own: string, filter: FirewallFilter): readonly string[] => [
  `iifname != "${own}" accept`,
  errors,
  'ct direction reply accept',
  ...letIn(filter, ''),
  'drop',
]

/** What the host begins goes out as it likes; what it answers, while the question would be let in. */
const outputRules = (own: string, filter: FirewallFilter): readonly string[] => [
  `oifname != "${own}" accept`,
  errors,
  ...letIn(filter, 'ct original '),
  'ct direction reply drop',
]

const letIn = ({ control, input }: FirewallFilter, read: Read): readonly string[] => [
  ...control.flatMap((range) => {
    const family = prefixFamily(range)
    const ends = `${read}${ip(family)} saddr ${range} ${read}${ip(family)} daddr ${range}`
    const probes: readonly Traffic[] = [
      { protocol: 'icmp' },
      { protocol: 'udp', ports: [{ first: controlPort, last: controlPort }] },
    ]
    return lines([ends], family, probes, read)
  }),
  ...input.flatMap((rule) => inputRule(rule, read)),
]

const inputRule = ({ from, within, to, traffic }: FirewallInput, read: Read): readonly string[] =>
  families.flatMap((family) =>
    from.flatMap((source) => {
      const ends = [
        isIn(family, 'saddr', source, read),
        isIn(family, 'saddr', within, read),
        isIn(family, 'daddr', to, read),
      ]
      return lines(ends.flat(), family, traffic, read)
    }),
  )

/** Relays look at each packet by itself, both ways; all others remember whom they let through. */
const forwardRules = (own: string, filter: FirewallFilter): readonly string[] => [
  `iifname != "${own}" oifname != "${own}" accept`,
  `oifname "${own}" tcp flags syn tcp option maxseg size set rt mtu`,
  errors,
  ...filter.forward.flatMap((rule) => forwardRule(own, filter.mesh, rule)),
  'drop',
]

const forwardRule = (own: string, mesh: FirewallSetId, rule: FirewallForward): readonly string[] => {
  const { direction, stateful, exceptTo } = rule
  const there = wayOf(own, direction)
  const back = wayOf(own, turned[direction])
  if (stateful === 'no')
    return [
      ...passing(there, mesh, rule, { isTurned: false, read: '' }),
      ...passing(there, mesh, rule, { isTurned: true, read: '' }),
      ...(exceptTo === null ? [] : answersToOwn(back, mesh, rule, exceptTo)),
    ]
  return [
    // Before a range is mapped, its addresses are those that the mesh sees and rules mean.
    ...passing(there, mesh, rule, { isTurned: false, read: direction === 'mesh-to-underlay' ? 'ct original ' : '' }),
    ...answers(back, mesh, rule),
    ...(stateful === 'lenient' ? underWay(back, mesh, rule) : []),
  ]
}

const turned: Readonly<Record<FirewallForward['direction'], FirewallForward['direction']>> = {
  'mesh-to-mesh': 'mesh-to-mesh',
  'mesh-to-underlay': 'underlay-to-mesh',
  'underlay-to-mesh': 'mesh-to-underlay',
}

const wayOf = (own: string, direction: FirewallForward['direction']): string => {
  const into = direction === 'underlay-to-mesh' ? '!=' : '=='
  const out = direction === 'mesh-to-underlay' ? '!=' : '=='
  return `iifname ${into} "${own}" oifname ${out} "${own}"`
}

interface Reading {
  /** With source and destination in each other's place. */
  readonly isTurned: boolean
  readonly read: Read
}

const passing = (way: string, mesh: FirewallSetId, rule: FirewallForward, reading: Reading): readonly string[] =>
  families.flatMap((family) =>
    endsOf(mesh, rule, family, reading).flatMap((ends) => lines([way, ...ends], family, rule.traffic, reading.read)),
  )

const answers = (way: string, mesh: FirewallSetId, rule: FirewallForward): readonly string[] =>
  passing(`${way} ct direction reply`, mesh, rule, { isTurned: false, read: 'ct original ' })

/** What own clients began is answered to them, though what others begin with them has rules of its own. */
const answersToOwn = (
  way: string,
  mesh: FirewallSetId,
  rule: FirewallForward,
  own: FirewallSetId,
): readonly string[] => {
  const pair: FirewallForward = { ...rule, through: null, exceptTo: null }
  const read: Read = 'ct original '
  return families.flatMap((family) =>
    [false, true].flatMap((isTurned) =>
      endsOf(mesh, pair, family, { isTurned, read }).flatMap((ends) =>
        lines([`${way} ct direction reply`, ...ends, ...isIn(family, 'saddr', own, read)], family, rule.traffic, read),
      ),
    ),
  )
}

/** Flows that began at another router: TCP that is not about to begin passes where its other direction is allowed. */
const underWay = (way: string, mesh: FirewallSetId, rule: FirewallForward): readonly string[] =>
  families.flatMap((family) =>
    endsOf(mesh, rule, family, { isTurned: true, read: '' }).map((ends) =>
      [way, ...ends, 'tcp flags & (fin|syn|rst|ack) != syn', 'accept'].join(' '),
    ),
  )

/** Sources times destinations. */
const endsOf = (
  mesh: FirewallSetId,
  { from, within, to, through, exceptTo }: FirewallForward,
  family: IpFamily,
  { isTurned, read }: Reading,
): readonly (readonly string[])[] => {
  const [source, destination] = isTurned ? (['daddr', 'saddr'] as const) : (['saddr', 'daddr'] as const)
  const targets =
    to === null ? [isNotIn(family, destination, mesh, read)] : to.map((set) => isIn(family, destination, set, read))
  const attached =
    through === null ? [[]] : [isIn(family, 'saddr', through, read), isIn(family, 'daddr', through, read)]
  return from.flatMap((set) =>
    targets.flatMap((target) =>
      attached.map((of) => [
        ...isIn(family, source, set, read),
        ...isIn(family, source, within, read),
        ...target,
        ...of,
        ...(exceptTo === null ? [] : isNotIn(family, 'daddr', exceptTo, read)),
      ]),
    ),
  )
}

type Side = 'saddr' | 'daddr'

const isIn = (family: IpFamily, side: Side, set: FirewallSetId | null, read: Read): readonly string[] =>
  set === null ? [] : [`${read}${ip(family)} ${side} @${setName(set, family)}`]

const isNotIn = (family: IpFamily, side: Side, set: FirewallSetId, read: Read): readonly string[] => [
  `${read}${ip(family)} ${side} != @${setName(set, family)}`,
]

const lines = (
  matches: readonly string[],
  family: IpFamily,
  traffic: readonly Traffic[],
  read: Read,
): readonly string[] => traffic.map((kind) => [...matches, ...kindOf(kind, family, read), 'accept'].join(' '))

const kindOf = (traffic: Traffic, family: IpFamily, read: Read): readonly string[] => {
  switch (traffic.protocol) {
    case 'any':
      return []
    case 'icmp':
      return [`meta l4proto ${family === 4 ? 'icmp' : 'ipv6-icmp'}`]
    case 'tcp':
    case 'udp': {
      const ports = traffic.ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
      const protocol = `meta l4proto ${traffic.protocol}`
      if (ports.length === 0) return [protocol]
      const field = read === '' ? `${traffic.protocol} dport` : `${protocol} ct original proto-dst`
      return [`${field} { ${ports.join(', ')} }`]
    }
  }
}
