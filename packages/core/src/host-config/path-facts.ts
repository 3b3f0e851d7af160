/** What the rules for hops look at, whoever holds it: `choosePaths` from its arguments, the path chooser from its indexes. */
import type { HostId, NodeId } from '../values/index.js'
import type { PeerHealth } from './chosen-paths.js'
import { type Hop, type Path, type PathKey, type PathTarget, pathKey } from './host-config.js'
import type { PathVector } from './path-vector.js'

export interface PathFacts {
  readonly viewer: HostId
  readonly peers: { readonly has: (hostId: HostId) => boolean }
  readonly paths: { readonly get: (key: PathKey) => Path | undefined }
  readonly health: { readonly get: (hostId: HostId) => PeerHealth | undefined }
  readonly vectors: { readonly get: (hostId: HostId) => PathVector | undefined }
  /** Those chosen so far; paths are chosen by rank (`pathRank`). */
  readonly hops: { readonly get: (key: PathKey) => HostId | undefined }
}

export type TargetOf<K extends PathTarget['kind']> = Extract<PathTarget, { readonly kind: K }>

/** Paths of a rank look at hops of lower ranks alone. */
export const pathRank = ({ to }: Path): 0 | 1 | 2 => {
  switch (to.kind) {
    case 'direct':
    case 'pair':
    case 'own-gateway':
      return 0
    case 'relayed':
      return 1
    default:
      return 2
  }
}

/** Whether the next hop of a path depends on the last one. */
export const sticksToHop = ({ to }: Path): boolean => sticky.has(to.kind)

const sticky: ReadonlySet<PathTarget['kind']> = new Set(['own-gateway', 'leaving', 'routed', 'internet'])

/** The node that a path leads to, when it leads to one. */
export const nodeOf = ({ to }: Path): NodeId | undefined =>
  to.kind === 'direct' || to.kind === 'pair' || to.kind === 'relayed' ? to.nodeId : undefined

export const stateOf = (facts: PathFacts, hostId: HostId): 'up' | 'down' | undefined => facts.health.get(hostId)?.state

export const isDown = (facts: PathFacts, { hostId }: Hop): boolean => stateOf(facts, hostId) === 'down'

const pathToNode = (facts: Pick<PathFacts, 'paths'>, nodeId: NodeId): Path | undefined =>
  facts.paths.get(pathKey('node', nodeId))

/** The way that a node is reached now. A relayed viewer has no paths to nodes: its gateways are its peers, and nothing else is. */
export const wayTo = (facts: PathFacts, { nodeId, hostId }: Hop): HostId | undefined => {
  const path = pathToNode(facts, nodeId)
  if (path !== undefined) return facts.hops.get(path.key)
  return facts.peers.has(hostId) ? hostId : undefined
}

/** Whether packets for others may go to the node as a direct peer: not to one that is itself reached through a third. */
export const isReachedDirectly = (facts: PathFacts, { nodeId, hostId }: Hop): boolean =>
  facts.peers.has(hostId) && (pathToNode(facts, nodeId)?.to.kind ?? 'direct') === 'direct'

export const isRelayed = (facts: Pick<PathFacts, 'paths'>, { nodeId }: Hop): boolean =>
  pathToNode(facts, nodeId)?.to.kind === 'relayed'

export const isInPair = (facts: Pick<PathFacts, 'paths'>, { nodeId }: Hop): boolean =>
  pathToNode(facts, nodeId)?.to.kind === 'pair'
