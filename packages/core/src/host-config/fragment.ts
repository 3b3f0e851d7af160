/**
 * What hosts' configs are made of. A fragment is one fact, or one set of facts, that is the same for everyone who looks at it: a
 * host, a node, the members of a network, its names. It is encoded once and sent to many. A host's config is its own fragment
 * (`self`), which only it sees, and the fragments that this one leads to: its member sets, their nodes, their hosts.
 */

import type { EndpointCandidate } from '../mesh/endpoint-candidate.js'
import type {
  Brand,
  HostId,
  HostName,
  HostRoute,
  IdentityPublicKey,
  IpAddress,
  Ipv4Address,
  Ipv6Address,
  NetworkId,
  NodeId,
  WireguardPublicKey,
} from '../values/index.js'

/** `<kind>:<id of what it is about>`, such as `host:a1`. */
export type FragmentId = string & Brand<'FragmentId'>

/** Tells states of one fragment apart: a hash of its content. Not comparable between fragments. */
export type FragmentVersion = string & Brand<'FragmentVersion'>

export type Fragment =
  | SelfFragment
  | HostFragment
  | NodeFragment
  | GatewayListFragment
  | MembersFragment
  | NamesFragment
export type FragmentKind = Fragment['kind']

/** A host's own part: what only it needs, and which sets it looks at. Seen by that host alone. */
export interface SelfFragment {
  readonly kind: 'self'
  readonly hostId: HostId
  readonly wireguardKey: WireguardPublicKey
  readonly listenPort: number
  readonly mtuBytes: number
  /** Own addresses in its networks, sorted. */
  readonly addresses: readonly IpAddress[]
  readonly controlAddress4: Ipv4Address
  readonly controlAddress6: Ipv6Address
  /** Towards the mesh, through the own interface; sorted by prefix. */
  readonly routes: readonly HostRoute[]
  /** Networks whose members are this host's peers, and whose names it knows; sorted. */
  readonly networks: readonly NetworkId[]
  /** How often this host keeps its NAT's mapping alive towards peers; 0: it needs none. */
  readonly keepaliveSeconds: number
}

/** A machine, as every host that shares a network with it sees it. */
export interface HostFragment {
  readonly kind: 'host'
  readonly hostId: HostId
  readonly name: HostName
  readonly wireguardKey: WireguardPublicKey
  readonly identityKey: IdentityPublicKey
  readonly controlAddress4: Ipv4Address
  readonly controlAddress6: Ipv6Address
  /** Best first. */
  readonly endpoints: readonly EndpointCandidate[]
}

/** A host's place in a network: which addresses are behind which list of hops. */
export interface NodeFragment {
  readonly kind: 'node'
  readonly nodeId: NodeId
  readonly hostId: HostId
  readonly networkId: NetworkId
  readonly addresses: readonly IpAddress[]
  /** `direct`, or the id of a gateway list that this node is reached through. */
  readonly list: GatewayListId
}

/** Names an ordered list of hops. `direct` is the list that every mesh has: the node's own host. */
export type GatewayListId = string

export const directList: GatewayListId = 'direct'

/** Through whom something is reached, best first. */
export interface GatewayListFragment {
  readonly kind: 'gateways'
  readonly listId: GatewayListId
  /** `direct`: the destination's own host. */
  readonly hops: readonly ('direct' | HostId)[]
}

/** Who takes part in a network. */
export interface MembersFragment {
  readonly kind: 'members'
  readonly networkId: NetworkId
  /** Sorted. */
  readonly nodeIds: readonly NodeId[]
}

/** The DNS names of a network's members. */
export interface NamesFragment {
  readonly kind: 'names'
  readonly networkId: NetworkId
  /** What follows a member's name, without a leading dot: `<network>.<domain>`. */
  readonly suffix: string
  /** Sorted by node id. */
  readonly entries: readonly NameEntry[]
}

export interface NameEntry {
  readonly nodeId: NodeId
  readonly name: HostName
  readonly address4: Ipv4Address | null
  readonly address6: Ipv6Address | null
}

const idOf = (kind: FragmentKind, id: string): FragmentId => `${kind}:${id}` as FragmentId

export const selfFragmentId = (hostId: HostId): FragmentId => idOf('self', hostId)
export const hostFragmentId = (hostId: HostId): FragmentId => idOf('host', hostId)
export const nodeFragmentId = (nodeId: NodeId): FragmentId => idOf('node', nodeId)
export const gatewayListFragmentId = (listId: GatewayListId): FragmentId => idOf('gateways', listId)
export const membersFragmentId = (networkId: NetworkId): FragmentId => idOf('members', networkId)
export const namesFragmentId = (networkId: NetworkId): FragmentId => idOf('names', networkId)

/** The id that a fragment is filed under. */
export const fragmentIdOf = (fragment: Fragment): FragmentId => {
  switch (fragment.kind) {
    case 'self':
      return selfFragmentId(fragment.hostId)
    case 'host':
      return hostFragmentId(fragment.hostId)
    case 'node':
      return nodeFragmentId(fragment.nodeId)
    case 'gateways':
      return gatewayListFragmentId(fragment.listId)
    case 'members':
      return membersFragmentId(fragment.networkId)
    case 'names':
      return namesFragmentId(fragment.networkId)
  }
}

/** Kind and the id of what the fragment is about; `undefined` when the text names no fragment. */
export const parseFragmentId = (text: string): { readonly kind: FragmentKind; readonly about: string } | undefined => {
  const colon = text.indexOf(':')
  const kind = text.slice(0, colon)
  return isFragmentKind(kind) && colon + 1 < text.length ? { kind, about: text.slice(colon + 1) } : undefined
}

const fragmentKinds: readonly FragmentKind[] = ['self', 'host', 'node', 'gateways', 'members', 'names']
const isFragmentKind = (text: string): text is FragmentKind => (fragmentKinds as readonly string[]).includes(text)
