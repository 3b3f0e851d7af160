/** Where the nodes of other hosts are, by host: what decides who is told whose vector. Kept up path by path. */
import type { Path, PathKey } from '../host-config/host-config.js'
import type { TargetOf } from '../host-config/path-facts.js'
import type { HostId, NetworkId } from '../values/index.js'

/** A path to a node of another host. */
export type NodePath = Path & { readonly to: TargetOf<'direct' | 'relayed' | 'pair'> }

export class KnownNodes {
  readonly #byHost = new Map<HostId, Map<PathKey, NodePath>>()
  readonly #byKey = new Map<PathKey, NodePath>()
  /** Of kind `own-gateway`. */
  readonly #ownLists = new Map<PathKey, Path>()

  /** Answers whose nodes are elsewhere than before. */
  take(changes: Iterable<readonly [PathKey, Path | undefined]>): ReadonlySet<HostId> {
    const moved = new Set<HostId>()
    for (const [key, path] of changes) {
      if (path?.to.kind === 'own-gateway') this.#ownLists.set(key, path)
      else this.#ownLists.delete(key)
      const before = this.#byKey.get(key)
      if (before !== undefined) moved.add(this.#forget(before))
      if (path !== undefined && isNodePath(path)) moved.add(this.#learn(path))
    }
    return moved
  }

  get ownLists(): Iterable<Path> {
    return this.#ownLists.values()
  }

  has(hostId: HostId): boolean {
    return this.#byHost.has(hostId)
  }

  pathsTo(hostId: HostId): Iterable<NodePath> {
    return this.#byHost.get(hostId)?.values() ?? []
  }

  /** Networks in which it is known to be, reached by itself and not through a gateway. */
  *networksOf(hostId: HostId): Generator<NetworkId> {
    for (const { to, networkId } of this.pathsTo(hostId)) if (to.kind !== 'relayed') yield networkId
  }

  #learn(path: NodePath): HostId {
    const { hostId } = path.to
    const paths = this.#byHost.get(hostId) ?? new Map<PathKey, NodePath>()
    this.#byHost.set(hostId, paths.set(path.key, path))
    this.#byKey.set(path.key, path)
    return hostId
  }

  #forget({ key, to }: NodePath): HostId {
    const paths = this.#byHost.get(to.hostId)
    paths?.delete(key)
    if (paths?.size === 0) this.#byHost.delete(to.hostId)
    this.#byKey.delete(key)
    return to.hostId
  }
}

const isNodePath = (path: Path): path is NodePath =>
  path.to.kind === 'direct' || path.to.kind === 'relayed' || path.to.kind === 'pair'
