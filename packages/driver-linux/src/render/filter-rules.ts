/** What is let in and passed on, rule by rule, as core's tracer goes through it. Packets of other interfaces are none of our business. */
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
        { name: 'input', hook: 'type filter hook input priority filter', rules: inputRules(own, filter) },
        { name: 'forward', hook: 'type filter hook forward priority filter', rules: forwardRules(own, filter) },
      ]

const answers = 'ct state established,related accept'

const inputRules = (own: string, { control, input }: FirewallFilter): readonly string[] => [
  `iifname != "${own}" accept`,
  answers,
  ...control.flatMap((range) => {
    const ends = `${ip(prefixFamily(range))} saddr ${range} ${ip(prefixFamily(range))} daddr ${range}`
    return [`${ends} meta l4proto { icmp, ipv6-icmp } accept`, `${ends} udp dport ${controlPort} accept`]
  }),
  ...input.flatMap(inputRule),
  'drop',
]

const inputRule = ({ from, within, to, traffic }: FirewallInput): readonly string[] =>
  families.flatMap((family) =>
    from.flatMap((source) =>
      lines(
        [...isIn(family, 'saddr', source), ...isIn(family, 'saddr', within), ...isIn(family, 'daddr', to)],
        family,
        traffic,
      ),
    ),
  )

/**
 * Relays look at each packet by itself, both ways; all others remember whom they let through. So what relays pass comes first: nothing of
 * it waits for an answer to be remembered.
 */
const forwardRules = (own: string, { forward, mesh }: FirewallFilter): readonly string[] => {
  const write = (rule: FirewallForward) => forwardRule(own, mesh, rule)
  return [
    `iifname != "${own}" oifname != "${own}" accept`,
    `oifname "${own}" tcp flags syn tcp option maxseg size set rt mtu`,
    ...forward.filter(({ stateful }) => stateful === 'no').flatMap(write),
    answers,
    ...forward.filter(({ stateful }) => stateful === 'lenient').flatMap((rule) => underWay(own, mesh, rule)),
    ...forward.filter(({ stateful }) => stateful !== 'no').flatMap(write),
    'drop',
  ]
}

const wayOf = (own: string, direction: FirewallForward['direction']): string => {
  const [into, out] = {
    'mesh-to-mesh': ['==', '=='],
    'mesh-to-underlay': ['==', '!='],
    'underlay-to-mesh': ['!=', '=='],
  }[direction]
  return `iifname ${into} "${own}" oifname ${out} "${own}"`
}

const forwardRule = (own: string, mesh: FirewallSetId, rule: FirewallForward): readonly string[] => {
  const ways = rule.stateful === 'no' ? ([false, true] as const) : ([false] as const)
  // Before a range is mapped, its addresses are those that the mesh sees and rules mean.
  const as = rule.direction === 'mesh-to-underlay' ? 'ct original ' : ''
  return ways.flatMap((isTurned) =>
    families.flatMap((family) =>
      endsOf(mesh, rule, family, isTurned, as).flatMap((ends) =>
        lines([wayOf(own, rule.direction), ...ends], family, rule.traffic),
      ),
    ),
  )
}

/** Flows that began at another router: TCP that is not about to begin passes where its other direction is allowed. */
const underWay = (own: string, mesh: FirewallSetId, rule: FirewallForward): readonly string[] => {
  const turned = rule.direction === 'mesh-to-underlay' ? 'underlay-to-mesh' : 'mesh-to-underlay'
  return families.flatMap((family) =>
    endsOf(mesh, rule, family, true, '').map((ends) =>
      [wayOf(own, turned), ...ends, 'tcp flags & (fin|syn|rst|ack) != syn', 'accept'].join(' '),
    ),
  )
}

/** Sources times destinations; `isTurned`: with source and destination in each other's place. */
const endsOf = (
  mesh: FirewallSetId,
  { from, within, to, through, exceptTo }: FirewallForward,
  family: IpFamily,
  isTurned: boolean,
  as: string,
): readonly (readonly string[])[] => {
  const [source, destination] = isTurned ? (['daddr', 'saddr'] as const) : (['saddr', 'daddr'] as const)
  const targets =
    to === null ? [isNotIn(family, destination, mesh, as)] : to.map((set) => isIn(family, destination, set, as))
  const attached = through === null ? [[]] : [isIn(family, 'saddr', through, as), isIn(family, 'daddr', through, as)]
  return from.flatMap((set) =>
    targets.flatMap((target) =>
      attached.map((of) => [
        ...isIn(family, source, set, as),
        ...isIn(family, source, within, as),
        ...target,
        ...of,
        ...(exceptTo === null ? [] : isNotIn(family, 'daddr', exceptTo, as)),
      ]),
    ),
  )
}

type Side = 'saddr' | 'daddr'

const isIn = (family: IpFamily, side: Side, set: FirewallSetId | null, as = ''): readonly string[] =>
  set === null ? [] : [`${as}${ip(family)} ${side} @${setName(set, family)}`]

const isNotIn = (family: IpFamily, side: Side, set: FirewallSetId, as: string): readonly string[] => [
  `${as}${ip(family)} ${side} != @${setName(set, family)}`,
]

const lines = (matches: readonly string[], family: IpFamily, traffic: readonly Traffic[]): readonly string[] =>
  traffic.map((kind) => [...matches, ...kindOf(kind, family), 'accept'].join(' '))

const kindOf = (traffic: Traffic, family: IpFamily): readonly string[] => {
  switch (traffic.protocol) {
    case 'any':
      return []
    case 'icmp':
      return [`meta l4proto ${family === 4 ? 'icmp' : 'ipv6-icmp'}`]
    case 'tcp':
    case 'udp': {
      const ports = traffic.ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
      return [
        ports.length === 0 ? `meta l4proto ${traffic.protocol}` : `${traffic.protocol} dport { ${ports.join(', ')} }`,
      ]
    }
  }
}
