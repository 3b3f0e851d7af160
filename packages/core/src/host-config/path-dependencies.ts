/** What the hop of each path depends on, so that a change finds the paths that it may move. */
import type { HostId, NodeId } from '../values/index.js'
import type { Hop, Path, PathKey } from './host-config.js'

interface Dependencies {
  /** Whether these are peers. */
  readonly peers: readonly HostId[]
  /** The state of these. */
  readonly health: readonly HostId[]
  readonly vectors: readonly HostId[]
  /** How these are reached. */
  readonly nodes: readonly NodeId[]
}

const dependenciesOf = ({ to }: Path): Dependencies => {
  switch (to.kind) {
    case 'direct':
      return { ...none, peers: [to.hostId] }
    case 'relayed':
      return { ...none, peers: [to.hostId, ...hostsOf(to.gateways)], vectors: [to.hostId], nodes: nodesOf(to.gateways) }
    case 'pair': {
      const gateways = hostsOf(to.gateways)
      return { peers: gateways, health: gateways, vectors: [to.hostId], nodes: nodesOf(to.gateways) }
    }
    case 'own-gateway':
      return { ...none, peers: hostsOf(to.gateways), health: hostsOf(to.gateways) }
    case 'behind-node':
      return { ...none, peers: [to.hostId], nodes: [to.nodeId] }
    case 'leaving':
    case 'routed':
      return { ...overAll(to.routers), vectors: hostsOf(to.routers) }
    case 'internet':
      return { ...none, ...overAll(to.gateways) }
  }
}

const none: Dependencies = { peers: [], health: [], vectors: [], nodes: [] }
const hostsOf = (hops: readonly Hop[]): readonly HostId[] => hops.map(({ hostId }) => hostId)
const nodesOf = (hops: readonly Hop[]): readonly NodeId[] => hops.map(({ nodeId }) => nodeId)
const overAll = (hops: readonly Hop[]) => ({ peers: hostsOf(hops), health: hostsOf(hops), nodes: nodesOf(hops) })

/** Paths by what they depend on. */
export class PathDependencies {
  readonly #byPeer = new Map<HostId, Set<PathKey>>()
  readonly #byHealth = new Map<HostId, Set<PathKey>>()
  readonly #byVector = new Map<HostId, Set<PathKey>>()
  readonly #byNode = new Map<NodeId, Set<PathKey>>()

  onPeer(hostId: HostId): Iterable<PathKey> {
    return this.#byPeer.get(hostId) ?? []
  }

  onHealth(hostId: HostId): Iterable<PathKey> {
    return this.#byHealth.get(hostId) ?? []
  }

  onVector(hostId: HostId): Iterable<PathKey> {
    return this.#byVector.get(hostId) ?? []
  }

  onNode(nodeId: NodeId): Iterable<PathKey> {
    return this.#byNode.get(nodeId) ?? []
  }

  add(path: Path): void {
    const { peers, health, vectors, nodes } = dependenciesOf(path)
    for (const id of peers) addTo(this.#byPeer, id, path.key)
    for (const id of health) addTo(this.#byHealth, id, path.key)
    for (const id of vectors) addTo(this.#byVector, id, path.key)
    for (const id of nodes) addTo(this.#byNode, id, path.key)
  }

  remove(path: Path): void {
    const { peers, health, vectors, nodes } = dependenciesOf(path)
    for (const id of peers) removeFrom(this.#byPeer, id, path.key)
    for (const id of health) removeFrom(this.#byHealth, id, path.key)
    for (const id of vectors) removeFrom(this.#byVector, id, path.key)
    for (const id of nodes) removeFrom(this.#byNode, id, path.key)
  }
}

const addTo = <K>(index: Map<K, Set<PathKey>>, id: K, key: PathKey): void => {
  const keys = index.get(id)
  if (keys === undefined) index.set(id, new Set([key]))
  else keys.add(key)
}

const removeFrom = <K>(index: Map<K, Set<PathKey>>, id: K, key: PathKey): void => {
  const keys = index.get(id)
  keys?.delete(key)
  if (keys?.size === 0) index.delete(id)
}
