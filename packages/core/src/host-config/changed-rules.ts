/** What a changed policy, user or class means for the fragments that carry rules, and what it lets others look at. */
import { largeMapGet, largeMapHas, largeMapKeys } from '../mesh/large-map.js'
import type { ClassKey, MeshState, Network, Policy } from '../mesh/mesh-state.js'
import type { ClientId, HostId, MemberId, NetworkId, NodeId } from '../values/index.js'
import { FragmentComparison } from './compare-rules.js'
import type { FragmentId } from './fragment.js'
import type { PatchChange } from './fragment-change.js'
import {
  classFragmentId,
  clientFragmentId,
  egressFragmentId,
  internetFragmentId,
  relayingFragmentId,
  routerFragmentId,
} from './fragment-id.js'
import type { RoleChange } from './node-role-changes.js'
import { activeRouters } from './project-rules.js'
import { membersOfSet } from './project-sets.js'
import type { SetName } from './rule-parts.js'
import type { Touched } from './touched-by-event.js'

export interface RuleChanges {
  readonly changes: readonly PatchChange[]
  readonly revealed: readonly FragmentId[]
  /** Hosts whose own part may have changed: routers look at who may use their egresses. */
  readonly hostIds: ReadonlySet<HostId>
}

export const changedRules = (
  before: MeshState,
  after: MeshState,
  touched: Touched,
  roles: readonly RoleChange[],
): RuleChanges => {
  const changes: PatchChange[] = []
  const revealed = new Set<FragmentId>()
  const hostIds = new Set<HostId>()
  const comparing = new FragmentComparison(before, after, revealed)
  for (const networkId of networksConcerned(before, after, touched, roles)) {
    const [was, is] = [largeMapGet(before.networks, networkId), largeMapGet(after.networks, networkId)]
    if (was === undefined || is === undefined) continue
    for (const id of fragmentsConcerned(before, after, was, is, touched)) {
      const change = comparing.changeOf(id)
      if (change !== undefined) changes.push(change)
    }
    // Routers look at the routers of all egresses that theirs exchange anything with.
    if (!touched.policies.has(networkId) && !egressesChanged(before, after, is, touched)) continue
    for (const egressId of largeMapKeys(is.egressIds)) {
      const egress = largeMapGet(after.egresses, egressId)
      if (egress !== undefined) for (const { nodeId } of activeRouters(after, egress)) addHost(hostIds, after, nodeId)
    }
  }
  return { changes, revealed: [...revealed], hostIds }
}

const addHost = (hostIds: Set<HostId>, state: MeshState, nodeId: NodeId): void => {
  const hostId = largeMapGet(state.nodes, nodeId)?.hostId
  if (hostId !== undefined) hostIds.add(hostId)
}

/** Networks in which policies, egresses, or what users and classes are, may mean something else than before. */
const networksConcerned = (
  before: MeshState,
  after: MeshState,
  touched: Touched,
  roles: readonly RoleChange[],
): ReadonlySet<NetworkId> => {
  const networkIds = new Set<NetworkId>(touched.policies.keys())
  for (const { was, is } of roles) for (const role of [was, is]) if (role !== undefined) networkIds.add(role.networkId)
  for (const state of [before, after]) {
    for (const egressId of touched.egresses) addIfThere(networkIds, largeMapGet(state.egresses, egressId)?.networkId)
    for (const clientId of touched.clients) addIfThere(networkIds, largeMapGet(state.clients, clientId)?.networkId)
    if (touched.users.size > 0)
      for (const nodeId of touched.nodes) addIfThere(networkIds, largeMapGet(state.nodes, nodeId)?.networkId)
  }
  return networkIds
}

const addIfThere = <A>(set: Set<A>, item: A | undefined): void => {
  if (item !== undefined) set.add(item)
}

function* fragmentsConcerned(
  before: MeshState,
  after: MeshState,
  was: Network,
  is: Network,
  touched: Touched,
): Generator<FragmentId> {
  const { networkId } = is
  const policies = touched.policies.get(networkId)
  const everything = policies?.some(concernsEverybody) === true || egressesChanged(before, after, is, touched)
  for (const classKey of everything ? largeMapKeys(is.classes) : classesConcerned(was, is, touched, policies ?? []))
    yield classFragmentId(networkId, classKey)
  if (policies === undefined && !everything && touched.users.size === 0) return
  yield relayingFragmentId(networkId)
  yield internetFragmentId(networkId)
  for (const egressId of largeMapKeys(is.egressIds)) {
    yield routerFragmentId(egressId)
    // Its own prefixes are what others leave of it.
    yield egressFragmentId(egressId)
  }
  for (const clientId of everything ? largeMapKeys(is.clientIds) : clientsConcerned(was, is, policies ?? []))
    yield clientFragmentId(clientId)
}

/** Own devices are everybody's who is owned: each owner's class has a rule of its own, whoever the sources are. */
const concernsEverybody = (policy: Policy | 'everyone'): boolean =>
  policy === 'everyone' ||
  [...policy.sources, ...policy.destinations].some(
    ({ kind }) => kind === 'everyone' || kind === 'prefix' || kind === 'own-devices',
  )

/** An egress that came, went, or is restricted now is in other classes' hands than before. */
const egressesChanged = (before: MeshState, after: MeshState, { networkId }: Network, touched: Touched): boolean =>
  [...touched.egresses].some((egressId) => {
    const [was, is] = [largeMapGet(before.egresses, egressId), largeMapGet(after.egresses, egressId)]
    return (was ?? is)?.networkId === networkId && (was === undefined || is === undefined || was !== is)
  })

/** Classes of nodes that a policy names, of nodes that users own who changed, and those that are new. */
const classesConcerned = (
  was: Network,
  is: Network,
  touched: Touched,
  policies: readonly (Policy | 'everyone')[],
): ReadonlySet<ClassKey> => {
  const keys = new Set<ClassKey>()
  const add = (memberId: MemberId) => {
    const classKey = largeMapGet(is.memberRecords, memberId)?.classKey
    if (classKey != null) keys.add(classKey)
  }
  for (const policy of policies) for (const memberId of membersNamedBy([was, is], policy)) add(memberId)
  if (touched.users.size > 0) for (const nodeId of touched.nodes) add(nodeId)
  for (const nodeId of touched.nodes) {
    const classKey = largeMapGet(is.memberRecords, nodeId)?.classKey
    if (classKey != null && !largeMapHas(was.classes, classKey)) keys.add(classKey)
  }
  return keys
}

const clientsConcerned = (
  was: Network,
  is: Network,
  policies: readonly (Policy | 'everyone')[],
): ReadonlySet<ClientId> => {
  const clientIds = new Set<ClientId>()
  for (const policy of policies)
    for (const memberId of membersNamedBy([was, is], policy))
      if (largeMapHas(is.clientIds, memberId as ClientId)) clientIds.add(memberId as ClientId)
  return clientIds
}

/** Everybody in a set that the policy names. */
function* membersNamedBy(networks: readonly Network[], policy: Policy | 'everyone'): Generator<MemberId> {
  if (policy === 'everyone') return
  for (const selector of [...policy.sources, ...policy.destinations]) {
    const key = setNameOf(selector)
    if (key !== undefined) for (const network of networks) yield* membersOfSet(network, key)
  }
}

const setNameOf = (selector: Policy['destinations'][number]): SetName | undefined => {
  switch (selector.kind) {
    case 'user':
      return `user:${selector.userId}`
    case 'group':
      return `group:${selector.groupId}`
    case 'tag':
      return `tag:${selector.tag}`
    case 'node':
      return `node:${selector.nodeId}`
    case 'client':
      return `client:${selector.clientId}`
    case 'gateway-clients':
      return `gateway-clients:${selector.gatewayId}`
    case 'everyone':
    case 'prefix':
    case 'egress':
    case 'own-devices':
    case 'internet':
      return undefined
  }
}
