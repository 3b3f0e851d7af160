/** A network with everything that policies can name, made directly: whatever a log could lead to, and quickly. */
import fc from 'fast-check'
import { castDraft, type Draft } from 'immer'
import { canonicalSelectors, canonicalTraffic } from '../src/mesh/canonical-policy.js'
import { evolveAll } from '../src/mesh/evolve.js'
import { largeMapGet, largeMapSet, largeMapValues } from '../src/mesh/large-map.js'
import { refreshMember } from '../src/mesh/members.js'
import {
  type Client,
  type DestinationSelector,
  type Egress,
  emptyMeshState,
  type MeshState,
  type Network,
  type Policy,
  type Selector,
  type Traffic,
} from '../src/mesh/mesh-state.js'
import { putPolicy } from '../src/mesh/policy-records.js'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../src/testing/sample-mesh.js'
import {
  type ClientId,
  clientId,
  type EgressId,
  egressId,
  groupId,
  hostId,
  hostName,
  type IpPrefix,
  ipPrefix,
  type NodeId,
  networkId,
  nodeId,
  policyId,
  produce,
  type TagName,
  tagName,
  type UserId,
  userId,
} from '../src/values/index.js'

export const worldNetworkId = networkId('net-1')
export const worldNodeIds = [1, 2, 3, 4].map((number) => nodeId(`node-1-${number}`))
export const worldClientIds = [1, 2, 3].map((number) => clientId(`client-${number}`))

const owners: readonly (UserId | null)[] = [null, userId('ada'), userId('bob')]
const tags = [tagName('web'), tagName('db')]
const groups = [groupId('staff'), groupId('ops')]

/** Ranges beside, around and within each other, and two ways to the internet. */
const egressKinds: readonly (readonly string[])[] = [
  ['192.168.0.0/16'],
  ['192.168.7.0/24', 'fd55::/64'],
  ['10.0.0.0/8'],
  ['0.0.0.0/0', '::/0'],
  ['0.0.0.0/0'],
]

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

const member = fc.record({ owner: fc.constantFrom(...owners), tags: fc.subarray(tags) })

const egress = fc.record({
  kind: fc.nat(egressKinds.length - 1),
  restricted: fc.boolean(),
  virtual: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
})

const egressIds: readonly EgressId[] = ['egress-0', 'egress-1', 'egress-2'].map(egressId)

const selector: fc.Arbitrary<Selector> = fc.oneof(
  fc.constant({ kind: 'everyone' } as const),
  fc.constantFrom(...owners.slice(1)).map((id) => ({ kind: 'user', userId: id as UserId }) as const),
  fc.constantFrom(...groups).map((id) => ({ kind: 'group', groupId: id }) as const),
  fc.constantFrom<TagName>(...tags).map((tag) => ({ kind: 'tag', tag }) as const),
  fc.constantFrom<NodeId>(...worldNodeIds).map((id) => ({ kind: 'node', nodeId: id }) as const),
  fc.constantFrom<ClientId>(...worldClientIds).map((id) => ({ kind: 'client', clientId: id }) as const),
  fc.constantFrom<IpPrefix>(...prefixes).map((prefix) => ({ kind: 'prefix', prefix }) as const),
  fc.constantFrom<EgressId>(...egressIds).map((id) => ({ kind: 'egress', egressId: id }) as const),
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

const policy = fc.record({
  enabled: fc.integer({ min: 0, max: 7 }).map((n) => n > 0),
  sources: fc.array(selector, { minLength: 1, maxLength: 3 }),
  destinations: fc.array(destination, { minLength: 1, maxLength: 3 }),
  traffic,
  direction: fc.constantFrom('one-way' as const, 'both' as const),
})

export interface PolicyWorld {
  readonly state: MeshState
  readonly network: Network
}

/** Four nodes, three clients, up to three egresses and four policies. */
export const policyWorld = (): fc.Arbitrary<PolicyWorld> =>
  fc
    .record({
      nodes: fc.array(member, { minLength: 4, maxLength: 4 }),
      clients: fc.array(member, { minLength: 3, maxLength: 3 }),
      memberships: fc.array(fc.subarray(groups), { minLength: 2, maxLength: 2 }),
      egresses: fc.uniqueArray(egress, { maxLength: 3, selector: ({ kind }) => kind }),
      policies: fc.array(policy, { maxLength: 4 }),
      everyoneAllowed: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
    })
    .map(({ nodes, clients, memberships, egresses, policies, everyoneAllowed }) => {
      const state = produce(base, (draft) => {
        for (const [at, groupIds] of memberships.entries()) addUser(draft, owners[at + 1] as UserId, groupIds)
        for (const [at, { owner, tags: own }] of nodes.entries()) {
          const host = largeMapGet(draft.hosts, hostId(`host-${at + 1}`))
          const node = largeMapGet(draft.nodes, worldNodeIds[at] as NodeId)
          if (host !== undefined) host.ownerUserId = owner
          if (node !== undefined) node.tags = [...own].sort()
          refreshMember(draft, worldNodeIds[at] as NodeId)
        }
        for (const [at, each] of clients.entries()) addClient(draft, clientOf(at, each.owner, each.tags))
        for (const [at, each] of egresses.entries()) addEgress(draft, egressOf(at, each))
        const network = largeMapGet(draft.networks, worldNetworkId)
        if (network !== undefined) network.everyoneAllowed = everyoneAllowed
        for (const [at, each] of policies.entries()) putPolicy(draft, policyOf(at, each, egresses.length))
      })
      return withShortText({ state, network: worldNetwork(state) })
    })

/** What fast-check prints of a counter-example: what differs between worlds. */
const withShortText = (world: PolicyWorld): PolicyWorld =>
  Object.defineProperty(world, fc.toStringMethod, {
    value: () =>
      [world.state.policies, world.state.egresses, world.network.memberRecords, world.state.users]
        .flatMap((map) => [...largeMapValues<string, unknown>(map)])
        .map((each) => `\n  ${JSON.stringify(each)}`)
        .join(''),
  })

const worldNetwork = (state: MeshState): Network => {
  const network = largeMapGet(state.networks, worldNetworkId)
  if (network === undefined) throw new TypeError('the world has lost its network')
  return network
}

const base = evolveAll(
  emptyMeshState(),
  eventsOf(
    sampleCreateMesh(),
    sampleCreateNetwork(1),
    ...[1, 2, 3, 4].flatMap((number) => [sampleRegisterHost(number), sampleJoinNetwork(1, number)]),
  ),
)

const addUser = (draft: Draft<MeshState>, id: UserId, groupIds: readonly (typeof groups)[number][]): void =>
  largeMapSet(draft.users, id, {
    userId: id,
    login: id,
    displayName: id,
    createdAtEpochMs: sampleTime,
    role: 'user',
    networkIds: [],
    signIn: { kind: 'password' },
    groupIds: [...groupIds].sort(),
    disabled: false,
  })

const clientOf = (at: number, ownerUserId: UserId | null, own: readonly TagName[]): Client => ({
  clientId: worldClientIds[at] as ClientId,
  networkId: worldNetworkId,
  gatewayId: worldNodeIds[at % 2] as NodeId,
  name: hostName(`phone-${at}`),
  createdAtEpochMs: sampleTime,
  publicKey: sampleRegisterHost(50 + at).wireguardKey,
  addresses: [ipPrefix(`10.1.0.${200 + 16 * at}/${at === 0 ? 32 : 30}`), ipPrefix(`fd01:0:0:1::c${at}/128`)],
  additionalAddresses: at === 1 ? [ipPrefix('172.20.0.5/32')] : [],
  prefixesBehind: at === 2 ? [ipPrefix('172.31.0.0/24')] : [],
  dns: null,
  postUp: [],
  postDown: [],
  fullTunnel: false,
  enabled: true,
  ownerUserId,
  deviceId: null,
  tags: [...own].sort(),
  keyVaulted: false,
  issuedConfig: null,
})

const addClient = (draft: Draft<MeshState>, client: Client): void => {
  largeMapSet(draft.clients, client.clientId, castDraft(client))
  const network = largeMapGet(draft.networks, worldNetworkId)
  if (network !== undefined) largeMapSet(network.clientIds, client.clientId, true)
  refreshMember(draft, client.clientId)
}

const egressOf = (
  at: number,
  { kind, restricted, virtual }: { kind: number; restricted: boolean; virtual: boolean },
): Egress => {
  const ranges = (egressKinds[kind] ?? []).map(ipPrefix)
  return {
    egressId: egressIds[at] as EgressId,
    networkId: worldNetworkId,
    name: `site-${at}`,
    createdAtEpochMs: sampleTime,
    ranges,
    virtualRanges: virtual && kind === 0 ? [ipPrefix('100.70.0.0/16')] : null,
    routers: [{ nodeId: worldNodeIds[at] as NodeId, metric: 100, interfaceName: null }],
    nat: true,
    returnRoute: 'none',
    restricted,
    fallbackToWider: true,
  }
}

const addEgress = (draft: Draft<MeshState>, each: Egress): void => {
  largeMapSet(draft.egresses, each.egressId, castDraft(each))
  const network = largeMapGet(draft.networks, worldNetworkId)
  if (network !== undefined) largeMapSet(network.egressIds, each.egressId, true)
}

const policyOf = (
  at: number,
  content: Pick<Policy, 'enabled' | 'sources' | 'destinations' | 'traffic' | 'direction'>,
  egressCount: number,
): Policy => {
  const isThere = (each: DestinationSelector) =>
    each.kind !== 'egress' || egressIds.indexOf(each.egressId) < egressCount
  const everyone = { kind: 'everyone' } as const
  const sources = content.sources.filter(isThere)
  const destinations = content.destinations.filter(isThere)
  return {
    policyId: policyId(`policy-${at}`),
    networkId: worldNetworkId,
    name: `Policy ${at}`,
    enabled: content.enabled,
    sources: canonicalSelectors(sources.length === 0 ? [everyone] : sources),
    destinations: canonicalSelectors(destinations.length === 0 ? [everyone] : destinations),
    traffic: canonicalTraffic(content.traffic),
    direction: content.direction,
  }
}
