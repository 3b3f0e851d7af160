/** Random networks with everything that policies can name. */
import fc from 'fast-check'
import { largeMapValues } from '../src/mesh/large-map.js'
import type { DestinationSelector, Selector, Traffic } from '../src/mesh/mesh-state.js'
import { type IpPrefix, ipPrefix } from '../src/values/index.js'
import {
  buildWorld,
  egressKinds,
  type PolicyWorld,
  worldClientIds,
  worldEgressIds,
  worldGroups,
  worldNodeIds,
  worldTags,
  worldUsers,
} from './policy-world.js'

const prefixes = [
  '10.1.0.1/32',
  '10.1.0.0/30',
  '10.0.0.0/8',
  '192.168.7.0/25',
  '172.16.0.0/12',
  'fd01:0:0:1::/64',
  '0.0.0.0/0',
  '198.51.100.0/24',
].map(ipPrefix)

const member = fc.record({ owner: fc.constantFrom(null, ...worldUsers), tags: fc.subarray([...worldTags]) })

const egress = fc.record({
  kind: fc.nat(egressKinds.length - 1),
  restricted: fc.boolean(),
  virtual: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
})

const selector: fc.Arbitrary<Selector> = fc.oneof(
  fc.constant({ kind: 'everyone' } as const),
  fc.constantFrom(...worldUsers).map((id) => ({ kind: 'user', userId: id }) as const),
  fc.constantFrom(...worldGroups).map((id) => ({ kind: 'group', groupId: id }) as const),
  fc.constantFrom(...worldTags).map((tag) => ({ kind: 'tag', tag }) as const),
  fc.constantFrom(...worldNodeIds).map((id) => ({ kind: 'node', nodeId: id }) as const),
  fc.constantFrom(...worldClientIds).map((id) => ({ kind: 'client', clientId: id }) as const),
  fc.constantFrom<IpPrefix>(...prefixes).map((prefix) => ({ kind: 'prefix', prefix }) as const),
  fc.constantFrom(...worldEgressIds).map((id) => ({ kind: 'egress', egressId: id }) as const),
  fc.constantFrom(...worldNodeIds.slice(0, 2)).map((id) => ({ kind: 'gateway-clients', gatewayId: id }) as const),
)

const destination: fc.Arbitrary<DestinationSelector> = fc.oneof(
  { weight: 5, arbitrary: selector },
  { weight: 1, arbitrary: fc.constant({ kind: 'own-devices' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'internet' } as const) },
)

const traffic: fc.Arbitrary<readonly Traffic[]> = fc.constantFrom<readonly Traffic[]>(
  [{ protocol: 'any' }],
  [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
  [{ protocol: 'icmp' }, { protocol: 'udp', ports: [] }],
)

/** What a policy says, of anything at all. */
export const policyContent = fc.record({
  enabled: fc.integer({ min: 0, max: 7 }).map((n) => n > 0),
  sources: fc.array(selector, { minLength: 1, maxLength: 3 }),
  destinations: fc.array(destination, { minLength: 1, maxLength: 3 }),
  traffic,
  direction: fc.constantFrom('one-way' as const, 'both' as const),
})

/** Four nodes, three clients, up to three egresses and four policies. */
export const policyWorld = (): fc.Arbitrary<PolicyWorld> =>
  fc
    .record({
      nodes: fc.array(member, { minLength: 4, maxLength: 4 }),
      clients: fc.array(member, { minLength: 3, maxLength: 3 }),
      memberships: fc.array(fc.subarray([...worldGroups]), { minLength: 2, maxLength: 2 }),
      egresses: fc.uniqueArray(egress, { maxLength: 3, selector: ({ kind }) => kind }),
      policies: fc.array(policyContent, { maxLength: 4 }),
      everyoneAllowed: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
    })
    .map((plan) => withShortText(buildWorld(plan)))

/** What fast-check prints of a counter-example: what differs between worlds. */
const withShortText = (world: PolicyWorld): PolicyWorld =>
  Object.defineProperty(world, fc.toStringMethod, {
    value: () =>
      [world.state.policies, world.state.egresses, world.network.memberRecords, world.state.users]
        .flatMap((map) => [...largeMapValues<string, unknown>(map)])
        .map((each) => `\n  ${JSON.stringify(each)}`)
        .join(''),
  })
