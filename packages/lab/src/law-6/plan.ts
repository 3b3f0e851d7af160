/** What random meshes shall have, before it is known which of it the rules let through. */
import { type Traffic, tagName } from '@meshfold/core'
import fc from 'fast-check'
import { mostClients, mostHosts } from './sites.js'

export const [red, blue] = [tagName('red'), tagName('blue')]

/** Stands for a host, an egress, a client: which one depends on how many there are. */
const any = fc.nat(41)
const some = (maxLength: number) => fc.array(any, { minLength: 1, maxLength })
const network = fc.constantFrom(1, 1, 1, 2)

const selectorKinds = [
  'everyone',
  'tag',
  'node',
  'egress',
  'client',
  'gateway-clients',
  'prefix',
  'user',
  'group',
] as const

/** `at`: whom it is about. */
const selector = fc.record({ kind: fc.constantFrom(...selectorKinds), at: any })
const destination = fc.record({
  kind: fc.constantFrom(...selectorKinds, 'internet', 'internet', 'own-devices'),
  at: any,
})

const ports = (first: number, last = first) => [{ first, last }]
const traffic = fc.constantFrom<Traffic>(
  { protocol: 'any' },
  { protocol: 'icmp' },
  { protocol: 'tcp', ports: ports(443) },
  { protocol: 'tcp', ports: [] },
  { protocol: 'udp', ports: ports(1, 200) },
  { protocol: 'udp', ports: [...ports(443), ...ports(7000)] },
)

/** Users 1 and 2; user 1 is all of group 1. */
export const people = [1, 2] as const
const ownerOrNobody = fc.constantFrom(null, ...people)

/** How packets get out of the mesh: which gateways lead to the internet, who sends everything there, what nodes want of their tunnels. */
const waysOut = fc.record({
  cascades: fc.boolean(),
  exits: fc.array(
    fc.record({
      at: any,
      network,
      connected: fc.array(fc.record({ at: any, routesAll: fc.constantFrom(true, true, false) }), { maxLength: 3 }),
    }),
    { maxLength: 2 },
  ),
  automatic: fc.array(fc.record({ at: any, network, routesAll: fc.boolean() }), { maxLength: 2 }),
  traits: fc.array(
    fc.record({
      at: any,
      network,
      whenGatewayGone: fc.constantFrom('block', 'allow'),
      localNetwork: fc.constantFrom('outside', 'inside'),
      ownLan: fc.constantFrom('own', 'mesh'),
    }),
    { maxLength: 4 },
  ),
})

/** Numbers that a topology is made of. */
const plans = fc.record({
  hosts: fc.integer({ min: 2, max: mostHosts }),
  families: fc.constantFrom('both', 'both', 'both', 'both', 'ipv4', 'ipv6'),
  inSecond: fc.oneof(fc.constant<number[]>([]), fc.array(any, { maxLength: 4 })),
  gateways: fc.array(fc.record({ at: any, network }), { maxLength: 3 }),
  relayed: fc.array(fc.record({ at: any, by: some(2), network }), { maxLength: 4 }),
  pairs: fc.array(fc.record({ one: any, other: any, by: some(2) }), { maxLength: 3 }),
  egresses: fc.array(
    fc.record({
      kind: fc.constantFrom(
        ...([
          'own',
          'own',
          'own',
          'common',
          'common',
          'common',
          'virtual',
          'virtual',
          'virtual',
          'everything',
        ] as const),
        ...(['around sites', 'provider', 'within provider'] as const),
      ),
      routers: some(2),
      nat: fc.boolean(),
      isNamed: fc.boolean(),
      restricted: fc.boolean(),
      network,
    }),
    // As few as policies, for the same reason: each wider range around another is a list of prefixes in the filter.
    { maxLength: 3 },
  ),
  clients: fc.array(fc.record({ at: any, fullTunnel: fc.boolean(), hasMore: fc.boolean(), owner: ownerOrNobody }), {
    maxLength: mostClients,
  }),
  tagged: fc.array(fc.record({ at: any, network, tag: fc.constantFrom(red, blue) }), { maxLength: 6 }),
  policies: fc.array(
    fc.record({
      network,
      sources: fc.array(selector, { minLength: 1, maxLength: 1 }),
      destinations: fc.array(destination, { minLength: 1, maxLength: 1 }),
      traffic: fc.array(traffic, { minLength: 1, maxLength: 1 }),
      isOneWay: fc.boolean(),
    }),
    // In a user namespace nft can't send more than some two hundred rules in one transaction.
    { maxLength: 3 },
  ),
  ways: waysOut,
  owners: fc.array(fc.record({ at: any, owner: fc.constantFrom(...people) }), { maxLength: 4 }),
  everyoneAllowed: fc.tuple(fc.constantFrom(true, false, false), fc.boolean()),
})

/** What a topology shall have; numbers stand for hosts and gateways, whichever there are. */
export type Plan = typeof plans extends fc.Arbitrary<infer P> ? P : never
export type PlannedSelector = Plan['policies'][number]['sources'][number]
export type PlannedDestination = Plan['policies'][number]['destinations'][number]

/** Plan `run` of a seed: the same on every machine. Without bias: a first plan would be a small one. */
export function planOf(seed: number, run: number): Plan {
  const [plan] = fc.sample(fc.noBias(plans), { seed: Math.imul(seed, 1_000_003) + run, numRuns: 1 })
  if (plan === undefined) throw new TypeError('fast-check gave nothing')
  return plan
}
