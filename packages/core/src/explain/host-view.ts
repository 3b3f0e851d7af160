import type { ChosenPaths, OwnVector } from '../host-config/chosen-paths.js'
import type { SelfFragment } from '../host-config/fragment.js'
import type { Filter, FullTunnel, HostConfig, RoutedEgress } from '../host-config/host-config.js'
import type { ClientId, HostId, IpAddress, IpPrefix, PrefixMap } from '../values/index.js'
import type { PeerRef } from './peer-table.js'

/**
 * One host as packets meet it. Each part is made when it is first asked for, of the fragments that it takes; `config` and `chosen` are
 * all of it, which takes long in a large mesh.
 */
export interface HostView {
  readonly config: HostConfig
  readonly chosen: ChosenPaths
  readonly own: SelfFragment
  /** Whether it has the host's key. */
  readonly isPeer: (hostId: HostId) => boolean
  /** Whether the client is one of its own gateways'. */
  readonly hasClient: (clientId: ClientId) => boolean
  /** Which peer an address belongs to: WireGuard's table, for both directions. */
  readonly peers: PrefixMap<PeerRef>
  /** For what the host makes itself. */
  readonly routes: PrefixMap<true>
  /** For what it passes on. */
  readonly forwardRoutes: PrefixMap<true>
  readonly localPrefixes: PrefixMap<true>
  readonly ownAddresses: ReadonlySet<IpAddress>
  readonly controlAddresses: ReadonlySet<IpAddress>
  /** Egresses that this host routes, and their ranges as the mesh sees them. */
  readonly routing: readonly RoutedEgress[]
  readonly routedRanges: PrefixMap<RoutedRange>
  /** All that a machine beside this host is called in the mesh which is called so: each range that it lies in has a name for it. */
  readonly namesOf: (address: IpAddress) => readonly IpAddress[]
  /** Whether what goes from the one address to the other, which lies in a routed range, gets the router's own on its way. */
  readonly isMasqueraded: (source: IpAddress, real: IpAddress) => boolean
  readonly fullTunnel: FullTunnel | null
  readonly filter: Filter
  /** What a set of the filter holds, by the name that rules give it. */
  readonly isInSet: (name: string, address: IpAddress) => boolean
  /** What it tells others of its choices. */
  readonly vector: OwnVector
}

/** A range of an egress with what it stands for behind the router. */
export interface RoutedRange {
  readonly seen: IpPrefix
  readonly real: IpPrefix
  /** Whether another router has it now, which forwards for all: what the return route follows (E6). */
  readonly isAnothers: boolean
}
