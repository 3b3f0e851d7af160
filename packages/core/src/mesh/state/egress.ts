import type { EgressId, EpochMs, IpPrefix, NetworkId, NodeId } from '../../values/index.js'

/** Ranges outside the mesh that nodes and clients of a network reach through its routers (E). */
export interface Egress {
  readonly egressId: EgressId
  readonly networkId: NetworkId
  readonly name: string
  readonly createdAtEpochMs: EpochMs
  /** As they are behind the routers, both families, sorted; `0.0.0.0/0` and `::/0` make it a NAT gateway (E4). */
  readonly ranges: readonly IpPrefix[]
  /** What others use instead, one for each of `ranges` in their order; `null`: the ranges themselves (E8). */
  readonly virtualRanges: readonly IpPrefix[] | null
  /** In the order in which they are preferred: metric, then node id. Empty after the last one left: nobody serves it. */
  readonly routers: readonly EgressRouter[]
  /** Whether routers masquerade what goes from the mesh to the ranges (E2). */
  readonly nat: boolean
  /** Without NAT and with several routers, who sees to the way back (E6). */
  readonly returnRoute: 'none' | 'external'
  /** Whether "everyone" leaves it out: only policies that name it lead there (E9). */
  readonly restricted: boolean
  /** Whether a wider egress carries it while all its routers are down; never one of /0 (E6). */
  readonly fallbackToWider: boolean
}

/** A node through which an egress is reached. */
export interface EgressRouter {
  readonly nodeId: NodeId
  /** Lower is preferred. */
  readonly metric: number
  /** Towards the ranges; `null`: chosen by route look-up on the host. */
  readonly interfaceName: string | null
}
