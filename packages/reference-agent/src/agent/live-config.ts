/**
 * The desired host, kept up with the fragments that an agent holds. A patch that touched a few fragments costs a few peers' work and
 * not the mesh's: the result is the one that expanding everything anew would give.
 */
import {
  type ChosenPaths,
  changedPeersBetween,
  choosePaths,
  comparePrefixes,
  type DesiredHost,
  type DesiredPeer,
  desiredHostOf,
  desiredPeerOf,
  expandHostConfig,
  expandPath,
  expandPeer,
  type FragmentTable,
  type HealthView,
  type HostConfig,
  type HostId,
  hostPrefix,
  type NodeId,
  type Path,
  type PathVector,
  type PeerConfig,
  parseFragmentId,
  type TouchedFragments,
  type WireguardPublicKey,
} from '@meshfold/core'
import { PathIndex } from './path-index.js'

/** What a step changed about the desired host. */
export interface ConfigStep {
  readonly changedPeers: ReadonlySet<WireguardPublicKey>
  /** Something besides the peers may have changed. */
  readonly isOwnChanged: boolean
}

const noHealth: HealthView = new Map()
const noVectors: ReadonlyMap<HostId, PathVector> = new Map()

export class LiveConfig {
  readonly #peers = new Map<HostId, PeerConfig>()
  readonly #paths = new PathIndex()
  /** The very map that `desired` holds. */
  readonly #desiredPeers = new Map<WireguardPublicKey, DesiredPeer>()
  #own: HostConfig['own'] | undefined
  #desired: DesiredHost | undefined

  /** `undefined`: there is no config yet. Its peers change in place with every step. */
  get desired(): DesiredHost | undefined {
    return this.#desired
  }

  get own(): HostConfig['own'] | undefined {
    return this.#own
  }

  get peers(): ReadonlyMap<HostId, PeerConfig> {
    return this.#peers
  }

  /** The step that a patch of `table` makes. */
  update(table: FragmentTable, touched: TouchedFragments): ConfigStep {
    const hosts = new Set<HostId>()
    const nodes = new Set<NodeId>()
    for (const id of touched) {
      const { kind, about } = parseFragmentId(id) ?? {}
      if (kind === 'self' || kind === 'gateways') return this.reset(table)
      if (kind === 'host') hosts.add(about as HostId)
      if (kind === 'node') nodes.add(about as NodeId)
    }
    const own = this.#own
    return own === undefined ? this.reset(table) : this.#updatePart(table, own, hosts, nodes)
  }

  /** Everything anew. Peers that are as they were stay the same objects. */
  reset(table: FragmentTable): ConfigStep {
    const before = this.#desired && { ...this.#desired, peers: new Map(this.#desiredPeers) }
    const config = expandHostConfig(table)
    const chosen = config && choosePaths(config, noHealth, noVectors, this.#paths.asChosen())
    this.#own = config?.own
    this.#peers.clear()
    this.#paths.clear()
    this.#desiredPeers.clear()
    this.#desired = undefined
    if (config !== undefined && chosen !== undefined) this.#take(config, chosen, before?.peers ?? new Map())
    return { changedPeers: changedPeersBetween(before, this.#desired), isOwnChanged: true }
  }

  #take(config: HostConfig, chosen: ChosenPaths, before: DesiredHost['peers']): void {
    for (const [hostId, peer] of config.peers) this.#peers.set(hostId, peer)
    for (const path of config.paths.values()) this.#paths.set(path, chosen.hops.get(path.nodeId))
    const desired = desiredHostOf(config, chosen)
    for (const [key, peer] of desired.peers) {
      const known = before.get(key)
      this.#desiredPeers.set(key, known !== undefined && isSamePeer(known, peer) ? known : peer)
    }
    this.#desired = { ...desired, peers: this.#desiredPeers }
  }

  #updatePart(table: FragmentTable, own: HostConfig['own'], hosts: Set<HostId>, nodes: Set<NodeId>): ConfigStep {
    // Whose node came or went may have become a peer, or be one no longer.
    for (const nodeId of nodes) {
      for (const path of [this.#paths.get(nodeId), expandPath(table, nodeId)])
        if (path !== undefined) hosts.add(path.owner)
    }
    const before = new Map([...hosts].map((hostId) => [hostId, this.#peers.get(hostId)]))
    for (const hostId of hosts) {
      const peer = table.nodesByHost.has(hostId) ? expandPeer(table, own, hostId) : undefined
      if (peer === undefined) this.#peers.delete(hostId)
      else this.#peers.set(hostId, peer)
      // Paths that may lead over this host may now lead elsewhere.
      for (const nodeId of table.nodesByHost.get(hostId) ?? []) nodes.add(nodeId)
      for (const nodeId of this.#paths.thatMayLeadOver(hostId)) nodes.add(nodeId)
    }
    for (const hop of this.#rechoose(table, own, nodes)) {
      hosts.add(hop)
      if (!before.has(hop)) before.set(hop, this.#peers.get(hop))
    }
    return { changedPeers: this.#renewPeers(hosts, before), isOwnChanged: false }
  }

  /** Chooses the hops of these nodes' paths anew; answers whose prefixes that changed. */
  #rechoose(table: FragmentTable, own: HostConfig['own'], nodes: ReadonlySet<NodeId>): ReadonlySet<HostId> {
    const paths = new Map<NodeId, Path>()
    for (const nodeId of nodes) {
      const path = expandPath(table, nodeId)
      if (path !== undefined) paths.set(nodeId, path)
    }
    const peers = new Map<HostId, PeerConfig>()
    for (const hop of [...paths.values()].flatMap(({ hops }) => hops)) {
      const peer = this.#peers.get(hop)
      if (peer !== undefined) peers.set(hop, peer)
    }
    const chosen = choosePaths({ own, peers, paths, names: [] }, noHealth, noVectors, this.#paths.asChosen())
    const hops = new Set<HostId>()
    for (const nodeId of nodes) {
      const path = paths.get(nodeId)
      for (const hop of [this.#paths.hopOf(nodeId), chosen.hops.get(nodeId)]) if (hop !== undefined) hops.add(hop)
      if (path === undefined) this.#paths.delete(nodeId)
      else this.#paths.set(path, chosen.hops.get(nodeId))
    }
    return hops
  }

  #renewPeers(
    hosts: ReadonlySet<HostId>,
    before: ReadonlyMap<HostId, PeerConfig | undefined>,
  ): ReadonlySet<WireguardPublicKey> {
    const changed = new Set<WireguardPublicKey>()
    // First who goes, then who comes: a key may pass from one host to another.
    for (const hostId of hosts) {
      const key = before.get(hostId)?.wireguardKey
      if (key !== undefined && this.#peers.get(hostId)?.wireguardKey !== key && this.#desiredPeers.delete(key)) {
        changed.add(key)
      }
    }
    for (const hostId of hosts) {
      const peer = this.#peers.get(hostId)
      if (peer === undefined) continue
      const desired = desiredPeerOf(peer, this.#chosenFor(peer))
      const known = this.#desiredPeers.get(peer.wireguardKey)
      if (known !== undefined && isSamePeer(known, desired)) continue
      this.#desiredPeers.set(peer.wireguardKey, desired)
      changed.add(peer.wireguardKey)
    }
    return changed
  }

  /** What `choosePaths` would give this peer. */
  #chosenFor({ hostId, controlAddress4, controlAddress6 }: PeerConfig): ChosenPaths {
    const allowedIps = [hostPrefix(controlAddress4), hostPrefix(controlAddress6), ...this.#paths.prefixesOver(hostId)]
    return { hops: new Map(), allowedIps: new Map([[hostId, allowedIps.sort(comparePrefixes)]]) }
  }
}

const isSamePeer = (one: DesiredPeer, other: DesiredPeer): boolean =>
  one.keepaliveSeconds === other.keepaliveSeconds &&
  one.publicKey === other.publicKey &&
  isSameList(one.allowedIps, other.allowedIps) &&
  isSameList(one.endpointCandidates, other.endpointCandidates)

const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, index) => text === other[index])
