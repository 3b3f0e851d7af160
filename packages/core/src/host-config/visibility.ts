/**
 * Who may look at what: decided here, for snapshots, patches and tables alike. A host looks at itself, at the networks that it takes
 * part in, at nodes that policy lets it exchange anything with or that carry its paths, and at the rules that it enforces. A
 * relayed node looks at its gateways alone. Each function says the same about the same state: whether, who, and what.
 */
import { largeMapGet, largeMapHas, largeMapKeys } from '../mesh/large-map.js'
import type { Gateway, MeshState, PairId } from '../mesh/mesh-state.js'
import type { ClientId, EgressId, HostId, NetworkId, NodeId } from '../values/index.js'
import type { FragmentId } from './fragment.js'
import { type ParsedFragmentId, parseFragmentId } from './fragment-id.js'
import { Member, membersOfHost, viewOfClass } from './member.js'
import { gatewayAt, type Membership, membershipOf, membershipsOfHost } from './member-roles.js'
import { type ClassView, clientRulesOf, egressViewOf, internetSetsOf, relayingSetsOf } from './policy-view.js'
import { activeRouters } from './project-rules.js'
import { egressIdsBesides, looksAtBesides } from './project-self.js'
import { isInSet } from './project-sets.js'
import type { SetName } from './rule-parts.js'
import { setNamesOf } from './rule-sets.js'

/** The networks that a host takes part in, sorted. */
export const networksSeenBy = (state: MeshState, viewer: HostId): readonly NetworkId[] =>
  membershipsOfHost(state, viewer).map(({ network }) => network.networkId)

/** Whether `viewer` may hold the fragment now. */
export const canSee = (state: MeshState, viewer: HostId, id: FragmentId): boolean => sightOf(state, viewer)(id)

/**
 * The same, for those who ask about many fragments: what the viewer itself is is found out once. Who asks for many viewers keeps the
 * members of hosts, so that what each of them is is found out once as well.
 */
export const sightOf = (
  state: MeshState,
  viewer: HostId,
  membersOf: (hostId: HostId) => readonly Member[] = (hostId) => membersOfHost(state, hostId),
): ((id: FragmentId) => boolean) => {
  if (!largeMapHas(state.hosts, viewer)) return () => false
  const viewers = membersOf(viewer)
  const viewerIn = (networkId: NetworkId | undefined) => viewers.find(({ network }) => network.networkId === networkId)
  return (id) => {
    const parsed = parseFragmentId(id)
    if (parsed === undefined) return false
    const { kind, about } = parsed
    if (kind === 'self') return about === viewer
    if (kind === 'host')
      return (
        about !== viewer &&
        membersOf(about as HostId).some((subject) => isDirect(viewerIn(subject.network.networkId), subject))
      )
    if (kind === 'node') {
      const hostId = largeMapGet(state.nodes, about as NodeId)?.hostId
      const subject = hostId && membersOf(hostId).find(({ node }) => node.nodeId === about)
      return subject !== undefined && looksAtNode(viewerIn(subject.network.networkId), subject)
    }
    const membership = viewerIn(networkOfFragment(state, parsed))
    return membership !== undefined && memberSees(membership, parsed)
  }
}

/** Whether the subject is a direct peer of the viewer, who is in the same network or nowhere. */
const isDirect = (viewer: Member | undefined, subject: Member): boolean =>
  viewer !== undefined && looksAtNode(viewer, subject) && isReachedDirectly(viewer, subject)

/** Whether a viewer that looks at the subject has it as a peer, and not a gateway of its in its place. */
export const isReachedDirectly = (viewer: Membership, { via }: { readonly via: readonly NodeId[] | null }): boolean => {
  return via === null || via.includes(viewer.node.nodeId)
}

/** Whether the viewer knows of the subject's node, because a path of its own may lead there. */
const looksAtNode = (viewer: Member | undefined, subject: Member): boolean => {
  if (viewer === undefined || viewer.node.hostId === subject.node.hostId) return false
  const { state, node, via } = viewer
  if (via !== null) return via.includes(subject.node.nodeId)
  if (viewer.gateway !== undefined || subject.gateway !== undefined) return true
  const { classView } = viewer
  if (isSeenBy(classView, subject)) return true
  if (subject.node.egressIds.some((egressId) => classView.egressIds.includes(egressId))) return true
  if (node.egressIds.length === 0) return false
  // Routers of one egress know each other: only one of them serves it at a time.
  if (subject.node.egressIds.some((egressId) => node.egressIds.includes(egressId))) return true
  if (isInAny(subject, looksAtBesides(state, viewer))) return true
  const others = egressIdsBesides(state, viewer)
  return subject.node.egressIds.some((egressId) => others.includes(egressId))
}

/** Whether policies let the two exchange anything: the same for all of one class and all of another. */
const isSeenBy = (view: ClassView, { network, node }: Membership): boolean =>
  looksAtWhoIsIn(view, (name) => isInSet(network, name, node.nodeId))

/** Whether whoever sees so much looks at one who is in these sets. */
export const looksAtWhoIsIn = ({ peerNames, ownPeers }: ClassView, isIn: (name: SetName) => boolean): boolean => {
  const isInAnyOf = (names: Iterable<SetName>): boolean => {
    for (const name of names) if (name === 'everyone' || isIn(name)) return true
    return false
  }
  return isInAnyOf(peerNames) || (ownPeers !== null && isIn(ownPeers.within) && isInAnyOf(ownPeers.sets))
}

const isInAny = ({ network, node }: Membership, names: Iterable<SetName>): boolean => {
  for (const name of names) if (name === 'everyone' || isInSet(network, name, node.nodeId)) return true
  return false
}

/** Whether a member of the fragment's network sees it. */
const memberSees = (viewer: Member, { kind, about, key }: ParsedFragmentId): boolean => {
  const { state, network, node, via, gateway } = viewer
  switch (kind) {
    case 'self':
    case 'host':
    case 'node':
      return false
    case 'network':
    case 'names':
    case 'dns':
      return true
    case 'members':
      return looksAtEveryone(viewer)
    case 'set':
      return ruleSetsOf(state, viewer).some((names) => names.has(key))
    case 'class':
      return largeMapGet(network.memberRecords, node.nodeId)?.classKey === key
    case 'relaying':
      return gateway !== undefined
    case 'internet':
      return gateway?.internet ?? false
    case 'clients': {
      const theirs = membershipOf(state, about as NodeId)
      return (
        via === null &&
        theirs !== undefined &&
        gatewayAt(state, theirs) !== undefined &&
        looksAtNode(viewer, new Member(state, theirs))
      )
    }
    case 'client': {
      const client = largeMapGet(state.clients, about as ClientId)
      return (
        client?.gatewayId === node.nodeId &&
        gateway !== undefined &&
        largeMapHas(network.memberRecords, client.clientId)
      )
    }
    case 'egress':
      return usesEgress(viewer, about as EgressId)
    case 'router':
      return node.egressIds.includes(about as EgressId)
    case 'pair': {
      const pair = largeMapGet(state.autoRelays, about as PairId)
      return pair !== undefined && (pair.nodeIds.includes(node.nodeId) || isRelayOf(viewer, pair.pairId))
    }
  }
}

const isRelayOf = ({ gateway }: Member, pairId: PairId): boolean =>
  gateway !== undefined && largeMapHas(gateway.pairIds, pairId)

const looksAtEveryone = (viewer: Member): boolean =>
  viewer.via === null &&
  (viewer.gateway !== undefined ||
    viewer.classView.peerNames.has('everyone') ||
    looksAtBesides(viewer.state, viewer).includes('everyone'))

/** A gateway passes on to every egress; a router needs to know its own one's other routers. */
const usesEgress = (viewer: Member, egressId: EgressId): boolean =>
  largeMapHas(viewer.network.egressIds, egressId) &&
  (viewer.gateway !== undefined ||
    viewer.node.egressIds.includes(egressId) ||
    egressIdsBesides(viewer.state, viewer).includes(egressId) ||
    viewer.classView.egressIds.includes(egressId))

/** Every set that rules of the member, or its peers, are made of. */
export const ruleSetsOf = (state: MeshState, viewer: Membership): readonly ReadonlySet<SetName>[] => {
  const { network, node } = viewer
  const sets: ReadonlySet<SetName>[] = [viewOfClass(state, viewer).setNames]
  const gateway = gatewayAt(state, viewer)
  if (gateway !== undefined) sets.push(relayingSetsOf(state, network))
  if (gateway?.internet) sets.push(internetSetsOf(state, network))
  if (gateway !== undefined && gateway.clientIds.size > 0) sets.push(clientRuleSets(state, viewer, gateway))
  for (const egressId of node.egressIds) {
    const egress = largeMapGet(state.egresses, egressId)
    if (egress !== undefined) sets.push(egressViewOf(state, network, egress).setNames)
  }
  if (node.egressIds.length > 0) sets.push(setNamesOf([], looksAtBesides(state, viewer)))
  return sets
}

/** Sets that rules of own clients name and relaying doesn't: those of their owners. */
const clientRuleSets = (state: MeshState, { network }: Membership, gateway: Gateway): ReadonlySet<SetName> => {
  const names = new Set<SetName>()
  for (const clientId of largeMapKeys(gateway.clientIds)) {
    const client = largeMapGet(state.clients, clientId)
    if (client === undefined || !largeMapHas(network.memberRecords, clientId)) continue
    for (const name of setNamesOf(clientRulesOf(state, network, client))) names.add(name)
  }
  return names
}

/** The network that a fragment belongs to; `undefined` for hosts' own, or when it is about nothing. */
export const networkOfFragment = (state: MeshState, { kind, about }: ParsedFragmentId): NetworkId | undefined => {
  switch (kind) {
    case 'self':
    case 'host':
      return undefined
    case 'node':
    case 'clients':
      return largeMapGet(state.nodes, about as NodeId)?.networkId
    case 'client':
      return largeMapGet(state.clients, about as ClientId)?.networkId
    case 'egress':
    case 'router':
      return largeMapGet(state.egresses, about as EgressId)?.networkId
    case 'pair':
      return largeMapGet(state.autoRelays, about as PairId)?.networkId
    default:
      return about as NetworkId
  }
}

/** Routers that take part, of all egresses that a member uses. */
export function* routersUsedBy(state: MeshState, viewer: Membership): Generator<NodeId> {
  for (const egressId of egressIdsUsedBy(state, viewer)) {
    const egress = largeMapGet(state.egresses, egressId)
    if (egress !== undefined) for (const { nodeId } of activeRouters(state, egress)) yield nodeId
  }
}

export const egressIdsUsedBy = (state: MeshState, viewer: Membership): readonly EgressId[] =>
  gatewayAt(state, viewer) === undefined
    ? [
        ...new Set([
          ...viewOfClass(state, viewer).egressIds,
          ...viewer.node.egressIds,
          ...egressIdsBesides(state, viewer),
        ]),
      ].filter((egressId) => largeMapHas(viewer.network.egressIds, egressId))
    : [...largeMapKeys(viewer.network.egressIds)]
