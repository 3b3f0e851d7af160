/**
 * From events to what changed in the fragments, and what others may look at now. The cost grows with the facts that changed, not
 * with the mesh: entities are compared one by one, sets are never built, only what came and went.
 */
import { largeMapGet, largeMapValues } from '../mesh/large-map.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, NetworkId, NodeId } from '../values/index.js'
import { changedRules } from './changed-rules.js'
import { changedSets } from './changed-sets.js'
import type { Fragment, FragmentId, FragmentVersion } from './fragment.js'
import type { FragmentChanges, PatchChange } from './fragment-change.js'
import {
  clientFragmentId,
  clientsFragmentId,
  dnsFragmentId,
  egressFragmentId,
  hostFragmentId,
  networkFragmentId,
  nodeFragmentId,
  pairFragmentId,
  routerFragmentId,
  selfFragmentId,
} from './fragment-id.js'
import { keptFragmentText } from './fragment-text.js'
import { fragmentVersion } from './fragment-version.js'
import type { MembershipPart } from './membership-part.js'
import { isReachedOtherwise, type RoleChange, roleChange } from './node-role-changes.js'
import { projectFragment } from './project-fragments.js'
import { isSameContent } from './same-content.js'
import { addDependentsOf, type Touched, touchedBy } from './touched-by-event.js'

/** What the step from `before` to `after` changed; `events` are those in between, in order. */
export const changedFragments = (
  before: MeshState,
  after: MeshState,
  events: readonly MeshEvent[],
): FragmentChanges => {
  const touched = touchedBy(before, after, events)
  const roles = changedRoles(before, after, touched)
  const rules = changedRules(before, after, touched, roles)
  const ids = entityIds(touched, before, after, roles, rules.hostIds)
  const entities = changedEntities(before, after, ids, othersForSure(roles))
  const changes = [
    ...entities.map(({ fragment, to, is }): PatchChange => ({ fragment, change: { op: 'put', to, content: is } })),
    ...rules.changes,
    ...changedSets(before, after, touched),
  ]
  return {
    asOf: { epoch: after.mesh?.epoch ?? 0, revision: after.revision },
    since: { epoch: before.mesh?.epoch ?? 0, revision: before.revision },
    changes,
    revealed: [...new Set([...roles.flatMap(revealedBy), ...rules.revealed])],
    reviewed: entities.flatMap(({ was, is }) => reviewedHost(was, is) ?? []),
    removed: [...[...touched.clients].map(clientFragmentId), ...[...touched.egresses].map(egressFragmentId)].filter(
      (id) => projectFragment(before, id) !== undefined,
    ),
  }
}

/** Nodes that are something else than before; what hangs on gateways and routers among them is touched as well. */
const changedRoles = (before: MeshState, after: MeshState, touched: Touched): readonly RoleChange[] => {
  const changes = new Map<NodeId, RoleChange>()
  // Touching grows the set while it is walked: a gateway's relayed nodes are looked at too.
  for (const nodeId of touched.nodes) {
    const change = roleChange(before, after, nodeId)
    if (change === undefined) continue
    changes.set(nodeId, change)
    const wasOrIs = (role: 'isGateway') => change.was?.[role] === true || change.is?.[role] === true
    if ((change.was === undefined) !== (change.is === undefined) || wasOrIs('isGateway'))
      addDependentsOf(touched, [before, after], nodeId)
  }
  return [...changes.values()]
}

const revealedBy = ({ nodeId, is }: RoleChange): readonly FragmentId[] =>
  is === undefined
    ? []
    : [nodeFragmentId(nodeId), hostFragmentId(is.hostId), ...(is.isGateway ? [clientsFragmentId(nodeId)] : [])]

const entityIds = (
  touched: Touched,
  before: MeshState,
  after: MeshState,
  roles: readonly RoleChange[],
  moreHosts: Iterable<HostId>,
): ReadonlySet<FragmentId> => {
  const ids = new Set<FragmentId>()
  const selves = new Set<HostId>([...touched.hosts, ...moreHosts])
  for (const nodeId of touched.nodes) {
    ids.add(nodeFragmentId(nodeId))
    const hostId = largeMapGet(after.nodes, nodeId)?.hostId
    if (hostId !== undefined) selves.add(hostId)
  }
  for (const { was } of roles) if (was !== undefined) selves.add(was.hostId)
  for (const hostId of hostsWithOtherSettings(before, after, touched)) selves.add(hostId)
  for (const hostId of touched.hosts) ids.add(hostFragmentId(hostId))
  for (const hostId of selves) ids.add(selfFragmentId(hostId))
  for (const networkId of networksOf(touched, roles)) {
    ids.add(networkFragmentId(networkId))
    ids.add(dnsFragmentId(networkId))
  }
  for (const clientId of touched.clients) ids.add(clientFragmentId(clientId))
  for (const egressId of touched.egresses) {
    ids.add(egressFragmentId(egressId))
    ids.add(routerFragmentId(egressId))
  }
  for (const pairId of touched.pairs) ids.add(pairFragmentId(pairId))
  return ids
}

/** A network's settings are every member's. */
function* hostsWithOtherSettings(before: MeshState, after: MeshState, touched: Touched): Generator<HostId> {
  for (const networkId of touched.networks) {
    const network = largeMapGet(after.networks, networkId)
    if (network !== undefined && largeMapGet(before.networks, networkId)?.settings !== network.settings)
      yield* largeMapValues(network.members)
  }
}

const networksOf = (touched: Touched, roles: readonly RoleChange[]): ReadonlySet<NetworkId> => {
  const networkIds = new Set(touched.networks)
  for (const { was, is } of roles)
    if (was?.isGateway !== is?.isGateway)
      for (const role of [was, is]) if (role !== undefined) networkIds.add(role.networkId)
  return networkIds
}

interface ChangedEntity {
  readonly fragment: FragmentId
  readonly was: Fragment | undefined
  readonly is: Fragment
  readonly to: FragmentVersion
}

const changedEntities = (
  before: MeshState,
  after: MeshState,
  ids: Iterable<FragmentId>,
  forSure: ReadonlySet<FragmentId>,
): readonly ChangedEntity[] => {
  const changes: ChangedEntity[] = []
  for (const fragment of ids) {
    const is = projectFragment(after, fragment)
    if (is === undefined) continue
    const was = forSure.has(fragment) ? undefined : projectFragment(before, fragment)
    if (was !== undefined && isSameContent(was, is)) continue
    // It is about to be sent to many, so its text is kept.
    keptFragmentText(is)
    changes.push({ fragment, was, is, to: fragmentVersion(is) })
  }
  return changes
}

/** Parts that are others than before, and where a host's own lead it elsewhere: that needs no comparing. */
const othersForSure = (roles: readonly RoleChange[]): ReadonlySet<FragmentId> => {
  const ids = new Set<FragmentId>()
  for (const change of roles) {
    if (!isReachedOtherwise(change) || change.is === undefined) continue
    ids.add(selfFragmentId(change.is.hostId))
    ids.add(nodeFragmentId(change.nodeId))
  }
  return ids
}

/** The host, if this is its own part and leads elsewhere than before. */
const reviewedHost = (was: Fragment | undefined, is: Fragment): HostId | undefined => {
  if (is.kind !== 'self') return undefined
  const known = new Map(was?.kind === 'self' ? was.memberships.map((part) => [part.networkId, part]) : [])
  const leadsAlike = is.memberships.every((part) => {
    const earlier = known.get(part.networkId)
    return earlier !== undefined && isSameContent(whatItLeadsTo(earlier), whatItLeadsTo(part))
  })
  return leadsAlike ? undefined : is.hostId
}

const whatItLeadsTo = ({ addresses: _addresses, tunnel: _tunnel, ownLan: _ownLan, ...rest }: MembershipPart): object =>
  rest
