/** A network with everything that policies can name, made directly: whatever a log could lead to, and quickly. */
import { castDraft, type Draft } from 'immer'
import { canonicalSelectors, canonicalTraffic } from '../src/mesh/canonical-policy.js'
import { evolveAll } from '../src/mesh/evolve.js'
import { largeMapGet, largeMapSet } from '../src/mesh/large-map.js'
import { produceState } from '../src/mesh/large-map-drafts.js'
import { refreshMember } from '../src/mesh/members.js'
import {
  type Client,
  type DestinationSelector,
  type Egress,
  emptyMeshState,
  type MeshState,
  type Network,
  type Policy,
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
  type GroupId,
  groupId,
  hostId,
  hostName,
  ipPrefix,
  type NodeId,
  networkId,
  nodeId,
  policyId,
  type TagName,
  tagName,
  type UserId,
  userId,
} from '../src/values/index.js'

export const worldNetworkId = networkId('net-1')
export const worldNodeIds = [1, 2, 3, 4].map((number) => nodeId(`node-1-${number}`))
export const worldClientIds = [1, 2, 3].map((number) => clientId(`client-${number}`))

export const worldUsers = [userId('ada'), userId('bob')] as const
export const worldTags = [tagName('web'), tagName('db')] as const
export const worldGroups = [groupId('staff'), groupId('ops')] as const
export const worldEgressIds = ['egress-0', 'egress-1', 'egress-2'].map(egressId)

/** Ranges beside, around and within each other, and two ways to the internet. */
export const egressKinds: readonly (readonly string[])[] = [
  ['192.168.0.0/16'],
  ['192.168.7.0/24', 'fd55::/64'],
  ['10.0.0.0/8'],
  ['0.0.0.0/0', '::/0'],
  ['0.0.0.0/0'],
]

export interface PolicyWorld {
  readonly state: MeshState
  readonly network: Network
}

interface PlannedMember {
  readonly owner: UserId | null
  readonly tags: readonly TagName[]
}

interface PlannedEgress {
  /** Index of `egressKinds`. */
  readonly kind: number
  readonly restricted: boolean
  /** Only the first kind can be. */
  readonly virtual: boolean
}

type PlannedPolicy = Pick<Policy, 'enabled' | 'sources' | 'destinations' | 'traffic' | 'direction'>

export interface WorldPlan {
  /** The first four; the others are nobody's and have no tags. */
  readonly nodes?: readonly PlannedMember[]
  /** The first three. Clients 1 and 3 belong to gateway 1, client 2 to gateway 2. */
  readonly clients?: readonly PlannedMember[]
  /** Groups of the first user, of the second. */
  readonly memberships?: readonly (readonly GroupId[])[]
  readonly egresses?: readonly PlannedEgress[]
  readonly policies?: readonly PlannedPolicy[]
  readonly everyoneAllowed?: boolean
}

/** Four nodes and three clients, and what is planned. */
export const buildWorld = (plan: WorldPlan): PolicyWorld => {
  const { nodes = [], clients = [], memberships = [], egresses = [], policies = [] } = plan
  const state = produceState(base, (draft) => {
    for (const [at, id] of worldUsers.entries()) addUser(draft, id, memberships[at] ?? [])
    for (const [at, nodeId] of worldNodeIds.entries()) {
      const host = largeMapGet(draft.hosts, hostId(`host-${at + 1}`))
      const node = largeMapGet(draft.nodes, nodeId)
      if (host !== undefined) host.ownerUserId = nodes[at]?.owner ?? null
      if (node !== undefined) node.tags = [...(nodes[at]?.tags ?? [])].sort()
      refreshMember(draft, nodeId)
    }
    for (const at of worldClientIds.keys())
      addClient(draft, clientOf(at, clients[at]?.owner ?? null, clients[at]?.tags ?? []))
    for (const [at, each] of egresses.entries()) addEgress(draft, egressOf(at, each))
    const network = largeMapGet(draft.networks, worldNetworkId)
    if (network !== undefined) network.everyoneAllowed = plan.everyoneAllowed ?? false
    for (const [at, each] of policies.entries()) putPolicy(draft, policyOf(at, each, egresses.length))
  })
  return { state, network: worldNetwork(state) }
}

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

const addUser = (draft: Draft<MeshState>, id: UserId, groupIds: readonly GroupId[]): void =>
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

const egressOf = (at: number, { kind, restricted, virtual }: PlannedEgress): Egress => {
  const ranges = (egressKinds[kind] ?? []).map(ipPrefix)
  return {
    egressId: worldEgressIds[at] as EgressId,
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

const policyOf = (at: number, content: PlannedPolicy, egressCount: number): Policy => {
  const isThere = (each: DestinationSelector) =>
    each.kind !== 'egress' || worldEgressIds.indexOf(each.egressId) < egressCount
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
