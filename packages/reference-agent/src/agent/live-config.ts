/**
 * The desired host, kept up with the fragments that an agent holds. Peers that a step leaves as they were stay the same objects, so that
 * what follows costs what changed.
 */
import {
  type ChosenPaths,
  changedPeersBetween,
  choosePaths,
  type DesiredHost,
  type DesiredPeer,
  desiredHostOf,
  expandHostConfig,
  type FragmentTable,
  type HealthView,
  type HostConfig,
  type HostId,
  type PathVectors,
  type PeerConfig,
  type TouchedFragments,
  type WireguardPublicKey,
} from '@meshfold/core'

/** What a step changed about the desired host. */
export interface ConfigStep {
  readonly changedPeers: ReadonlySet<WireguardPublicKey>
  /** Something besides the peers may have changed. */
  readonly isOwnChanged: boolean
}

const noHealth: HealthView = new Map()
const noVectors: PathVectors = new Map()

export class LiveConfig {
  #config: HostConfig | undefined
  #chosen: ChosenPaths | undefined
  #desired: DesiredHost | undefined

  /** `undefined`: there is no config yet. */
  get desired(): DesiredHost | undefined {
    return this.#desired
  }

  get config(): HostConfig | undefined {
    return this.#config
  }

  get own(): HostConfig['own'] | undefined {
    return this.#config?.own
  }

  get peers(): ReadonlyMap<HostId, PeerConfig> {
    return this.#config?.peers ?? new Map()
  }

  /** The step that a patch of `table` makes. */
  update(table: FragmentTable, touched: TouchedFragments): ConfigStep {
    return touched.size === 0 ? { changedPeers: new Set(), isOwnChanged: false } : this.reset(table)
  }

  /** Everything anew. Peers that are as they were stay the same objects. */
  reset(table: FragmentTable): ConfigStep {
    const before = this.#desired
    this.#config = expandHostConfig(table)
    this.#chosen = this.#config && choosePaths(this.#config, noHealth, noVectors, this.#chosen)
    this.#desired = this.#config && this.#chosen && desiredHostOf(this.#config, this.#chosen)
    if (this.#desired !== undefined && before !== undefined)
      this.#desired = { ...this.#desired, peers: withKnownPeers(this.#desired.peers, before.peers) }
    return {
      changedPeers: changedPeersBetween(before, this.#desired),
      isOwnChanged: ownText(before) !== ownText(this.#desired),
    }
  }
}

const withKnownPeers = (peers: DesiredHost['peers'], known: DesiredHost['peers']): DesiredHost['peers'] =>
  new Map([...peers].map(([key, peer]) => [key, sameOr(known.get(key), peer)]))

const sameOr = (known: DesiredPeer | undefined, peer: DesiredPeer): DesiredPeer =>
  known !== undefined && isSamePeer(known, peer) ? known : peer

const ownText = (desired: DesiredHost | undefined): string => JSON.stringify({ ...desired, peers: null })

const isSamePeer = (one: DesiredPeer, other: DesiredPeer): boolean =>
  one.keepaliveSeconds === other.keepaliveSeconds &&
  one.publicKey === other.publicKey &&
  isSameList(one.allowedIps, other.allowedIps) &&
  isSameList(one.endpointCandidates, other.endpointCandidates)

const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, index) => text === other[index])
