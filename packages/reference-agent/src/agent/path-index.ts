import type { ChosenPaths, HostId, IpPrefix, NodeId, Path } from '@meshfold/core'

/** Paths with the hop that each takes, found by node, by hop, and by any hop they might take. */
export class PathIndex {
  readonly #paths = new Map<NodeId, Path>()
  readonly #hops = new Map<NodeId, HostId>()
  readonly #byHop = new Map<HostId, Set<NodeId>>()
  readonly #byCandidate = new Map<HostId, Set<NodeId>>()

  get(nodeId: NodeId): Path | undefined {
    return this.#paths.get(nodeId)
  }

  hopOf(nodeId: NodeId): HostId | undefined {
    return this.#hops.get(nodeId)
  }

  /** For `choosePaths`, which looks at the present hops. */
  asChosen(): ChosenPaths {
    return { hops: this.#hops, allowedIps: new Map() }
  }

  thatMayLeadOver(hostId: HostId): Iterable<NodeId> {
    return this.#byCandidate.get(hostId) ?? []
  }

  prefixesOver(hostId: HostId): readonly IpPrefix[] {
    return [...(this.#byHop.get(hostId) ?? [])].flatMap((nodeId) => this.#paths.get(nodeId)?.prefixes ?? [])
  }

  /** `hop` undefined: it leads nowhere now. */
  set(path: Path, hop: HostId | undefined): void {
    const { nodeId } = path
    this.delete(nodeId)
    this.#paths.set(nodeId, path)
    for (const candidate of path.hops) addTo(this.#byCandidate, candidate, nodeId)
    if (hop === undefined) return
    this.#hops.set(nodeId, hop)
    addTo(this.#byHop, hop, nodeId)
  }

  delete(nodeId: NodeId): void {
    const hop = this.#hops.get(nodeId)
    if (hop !== undefined) removeFrom(this.#byHop, hop, nodeId)
    for (const candidate of this.#paths.get(nodeId)?.hops ?? []) removeFrom(this.#byCandidate, candidate, nodeId)
    this.#hops.delete(nodeId)
    this.#paths.delete(nodeId)
  }

  clear(): void {
    for (const map of [this.#paths, this.#hops, this.#byHop, this.#byCandidate]) map.clear()
  }
}

function addTo(index: Map<HostId, Set<NodeId>>, hostId: HostId, nodeId: NodeId): void {
  const nodes = index.get(hostId)
  if (nodes === undefined) index.set(hostId, new Set([nodeId]))
  else nodes.add(nodeId)
}

function removeFrom(index: Map<HostId, Set<NodeId>>, hostId: HostId, nodeId: NodeId): void {
  const nodes = index.get(hostId)
  nodes?.delete(nodeId)
  if (nodes?.size === 0) index.delete(hostId)
}
