/** `choosePaths`, change by change: what a step costs grows with what it changes, not with the mesh. */
import { type ClientId, type EgressId, type HostId, hostPrefix, type IpPrefix, type NodeId } from '../values/index.js'
import { AllowedIps } from './allowed-ips.js'
import { chooseHop } from './choose-paths.js'
import type { ChosenPaths, PeerHealth, RememberedPaths } from './chosen-paths.js'
import {
  type ClientPeer,
  type HostConfig,
  internetPathKey,
  type Path,
  type PathKey,
  type PeerConfig,
  type RoutedEgress,
} from './host-config.js'
import { chooseOwn, type OwnChoices } from './own-vector.js'
import { PathDependencies } from './path-dependencies.js'
import { nodeOf, type PathFacts, pathRank, sticksToHop } from './path-facts.js'
import { isNewerVector, isSameList, type PathVector } from './path-vector.js'
import { PrefixOwners } from './prefix-owner.js'

/** What is otherwise than before. `undefined` as a value: it is gone. */
export interface PathsChange {
  readonly peers?: Iterable<readonly [HostId, PeerConfig | undefined]>
  readonly paths?: Iterable<readonly [PathKey, Path | undefined]>
  readonly clients?: Iterable<readonly [ClientId, ClientPeer | undefined]>
  /** All of it. */
  readonly routing?: readonly RoutedEgress[]
  /** All of it. */
  readonly unservable?: ReadonlySet<EgressId>
  readonly health?: Iterable<readonly [HostId, PeerHealth | undefined]>
  /** Those that aren't newer than what is known count for nothing. */
  readonly vectors?: Iterable<PathVector>
}

/** What a change led to. */
export interface PathsStep {
  /** Peers that came, left, or have other AllowedIPs than before. */
  readonly hosts: ReadonlySet<HostId>
  readonly isVectorChanged: boolean
  /** Something that the next life of this host has to know is otherwise: its vector, or a hop that the next choice looks at. */
  readonly isMemoryChanged: boolean
}

/** Paths that are kept chosen while peers, paths, health and vectors change. */
export interface PathChooser {
  /** What `choosePaths` would give. Its maps change in place with every step, the lists in them don't. */
  readonly chosen: ChosenPaths
  /** Takes what is otherwise now, and says whose AllowedIPs that changed. */
  readonly update: (change: PathsChange) => PathsStep
}

/** `current`: what was chosen in an earlier life. */
export const createPathChooser = (
  { own, peers, paths, clients, routing }: HostConfig,
  current?: RememberedPaths,
): PathChooser => {
  const isThere = ([key]: readonly [PathKey, unknown]) => paths.has(key)
  const chooser = new IndexedChooser(own.hostId, {
    hops: new Map([...(current?.hops ?? [])].filter(isThere)),
    vector: current?.vector ?? { gatewayIds: [], servedEgressIds: [] },
    memory: {
      followed: new Map([...(current?.memory.followed ?? [])].filter(isThere)),
      heldBack: current?.memory.heldBack ?? [],
    },
  })
  chooser.update({ peers, paths, clients, routing })
  return chooser
}

class IndexedChooser implements PathChooser {
  readonly #peers = new AllowedIps()
  readonly #paths = new Map<PathKey, Path>()
  readonly #clients = new Map<ClientId, ClientPeer>()
  readonly #health = new Map<HostId, PeerHealth>()
  readonly #vectors = new Map<HostId, PathVector>()
  readonly #hops: Map<PathKey, HostId>
  readonly #followed: Map<PathKey, NodeId>
  readonly #dependencies = new PathDependencies()
  readonly #owners = new PrefixOwners()
  readonly #facts: PathFacts
  /** Paths whose hop this host chooses for others too, by kind. */
  readonly #networks = new Map<PathKey, Path>()
  readonly #pairs = new Map<PathKey, Path>()
  #routing: readonly RoutedEgress[] = []
  #unservable: ReadonlySet<EgressId> = new Set()
  /** Whose state or vector decides about what this host serves. */
  #earlierRouters: ReadonlySet<HostId> = new Set()
  #own: OwnChoices

  constructor(viewer: HostId, { hops, vector, memory }: RememberedPaths) {
    this.#hops = new Map(hops)
    this.#followed = new Map(memory.followed)
    this.#own = { vector, hops: new Map(), followed: new Map(), told: new Set(), heldBack: memory.heldBack }
    const peers = { has: (hostId: HostId) => this.#peers.isPeer(hostId) }
    this.#facts = {
      viewer,
      peers,
      paths: this.#paths,
      health: this.#health,
      vectors: this.#vectors,
      hops: this.#hops,
    }
  }

  get chosen(): ChosenPaths {
    const memory = { followed: this.#followed, heldBack: this.#own.heldBack }
    return { hops: this.#hops, allowedIps: this.#peers.lists, vector: this.#own.vector, memory }
  }

  update(change: PathsChange): PathsStep {
    const step = new Step()
    this.#takePeers(step, change)
    this.#takeClients(step, change)
    this.#takePaths(step, change)
    if (change.routing !== undefined) this.#takeRouting(step, change.routing)
    if (change.unservable !== undefined) {
      this.#unservable = change.unservable
      step.isOwnInDoubt = true
    }
    this.#takeHealth(step, change)
    this.#takeVectors(step, change)
    const isVectorChanged = this.#chooseOwn(step)
    this.#chooseHops(step)
    for (const prefix of step.prefixes) {
      const owner = this.#owners.ownerOf(prefix)
      this.#peers.place(prefix, owner && this.#hops.get(owner.key))
    }
    return { hosts: this.#peers.settle(), isVectorChanged, isMemoryChanged: step.isMemoryChanged || isVectorChanged }
  }

  #takePeers(step: Step, { peers = [] }: PathsChange): void {
    for (const [hostId, peer] of peers) {
      const wasPeer = this.#peers.isPeer(hostId)
      if (peer === undefined) this.#peers.removePeer(hostId)
      else this.#peers.setPeer(hostId, [hostPrefix(peer.controlAddress4), hostPrefix(peer.controlAddress6)])
      if (wasPeer !== (peer !== undefined)) step.doubtAll(this.#dependencies.onPeer(hostId))
    }
  }

  #takeClients(step: Step, { clients = [] }: PathsChange): void {
    for (const [clientId, client] of clients) {
      const known = this.#clients.get(clientId)
      if (known !== undefined) this.#owners.removeClient(known)
      if (client !== undefined) this.#owners.addClient(client)
      if (client === undefined) this.#clients.delete(clientId)
      else this.#clients.set(clientId, client)
      for (const prefix of [...(known?.prefixes ?? []), ...(client?.prefixes ?? [])]) step.prefixes.add(prefix)
    }
  }

  #takePaths(step: Step, { paths = [] }: PathsChange): void {
    for (const [key, path] of paths) {
      const known = this.#paths.get(key)
      if (known?.to.kind !== path?.to.kind && [known, path].some((each) => each !== undefined && sticksToHop(each)))
        step.isMemoryChanged = true
      if (known !== undefined) this.#forget(step, known)
      if (path !== undefined) this.#learn(step, path)
      else {
        this.#hops.delete(key)
        this.#followed.delete(key)
      }
      const [was, is] = [known && nodeOf(known), path && nodeOf(path)]
      if (was !== undefined) step.doubtAll(this.#dependencies.onNode(was))
      if (is !== undefined && is !== was) step.doubtAll(this.#dependencies.onNode(is))
    }
  }

  #forget(step: Step, path: Path): void {
    this.#paths.delete(path.key)
    this.#networks.delete(path.key)
    this.#pairs.delete(path.key)
    this.#dependencies.remove(path)
    this.#owners.remove(path)
    for (const prefix of path.prefixes) step.prefixes.add(prefix)
    if (isOwnChoice(path) || this.#leadsToEarlierRouter(path)) step.isOwnInDoubt = true
  }

  /** Whether it is relayed decides about what this host serves. */
  #leadsToEarlierRouter({ to }: Path): boolean {
    return 'hostId' in to && this.#earlierRouters.has(to.hostId)
  }

  #learn(step: Step, path: Path): void {
    this.#paths.set(path.key, path)
    if (path.to.kind === 'own-gateway') this.#networks.set(path.key, path)
    if (path.to.kind === 'pair') this.#pairs.set(path.key, path)
    this.#dependencies.add(path)
    this.#owners.add(path)
    for (const prefix of path.prefixes) step.prefixes.add(prefix)
    step.doubt(path.key)
    if (this.#leadsToEarlierRouter(path)) step.isOwnInDoubt = true
  }

  #takeRouting(step: Step, routing: readonly RoutedEgress[]): void {
    this.#routing = routing
    this.#earlierRouters = new Set(routing.flatMap(({ before }) => before.map(({ hostId }) => hostId)))
    step.isOwnInDoubt = true
  }

  #takeHealth(step: Step, { health = [] }: PathsChange): void {
    for (const [hostId, peer] of health) {
      const before = this.#health.get(hostId)?.state
      if (peer === undefined) this.#health.delete(hostId)
      else this.#health.set(hostId, peer)
      // Another round-trip time alone moves nothing: who is on a hop stays there.
      if (before === peer?.state) continue
      step.doubtAll(this.#dependencies.onHealth(hostId))
      if (this.#earlierRouters.has(hostId)) step.isOwnInDoubt = true
    }
  }

  #takeVectors(step: Step, { vectors = [] }: PathsChange): void {
    for (const vector of vectors) {
      if (!isNewerVector(vector, this.#vectors.get(vector.hostId))) continue
      this.#vectors.set(vector.hostId, vector)
      step.doubtAll(this.#dependencies.onVector(vector.hostId))
      if (this.#earlierRouters.has(vector.hostId)) step.isOwnInDoubt = true
    }
  }

  /** Answers whether the vector changed. */
  #chooseOwn(step: Step): boolean {
    const touchesOwn = [...step.doubted].some((key) => {
      const path = this.#paths.get(key)
      return path !== undefined && isOwnChoice(path)
    })
    if (!step.isOwnInDoubt && !touchesOwn) return false
    const before = this.#own
    this.#own = chooseOwn(
      this.#facts,
      {
        networks: this.#networks.values(),
        pairs: this.#pairs.values(),
        internet: this.#paths.get(internetPathKey),
        routing: this.#routing,
        unservable: this.#unservable,
      },
      {
        former: (key) => ({ hop: this.#hops.get(key), followed: this.#followed.get(key) }),
        heldBack: before.heldBack,
        servedEgressIds: before.vector.servedEgressIds,
      },
    )
    if (!isSameList(before.heldBack, this.#own.heldBack)) step.isMemoryChanged = true
    step.doubtAll(this.#networks.keys())
    // Those of a relayed network follow it.
    if (this.#paths.has(internetPathKey)) step.doubt(internetPathKey)
    if (!isSameList([...before.told], [...this.#own.told])) step.doubtAll(this.#pairs.keys())
    const [was, is] = [before.vector, this.#own.vector]
    return !isSameList(was.gatewayIds, is.gatewayIds) || !isSameList(was.servedEgressIds, is.servedEgressIds)
  }

  #chooseHops(step: Step): void {
    for (const rank of [0, 1, 2]) {
      for (const key of [...step.doubted]) {
        const path = this.#paths.get(key)
        if (path !== undefined && pathRank(path) === rank) this.#chooseHop(step, path)
      }
    }
  }

  #chooseHop(step: Step, path: Path): void {
    const { key } = path
    const former = { hop: this.#hops.get(key), followed: this.#followed.get(key) }
    const { hop, followed } = chooseHop(this.#facts, this.#own, path, former)
    if (followed !== former.followed || (hop !== former.hop && sticksToHop(path))) step.isMemoryChanged = true
    if (followed === undefined) this.#followed.delete(key)
    else this.#followed.set(key, followed)
    if (hop === undefined) this.#hops.delete(key)
    else this.#hops.set(key, hop)
    for (const prefix of path.prefixes) step.prefixes.add(prefix)
    const nodeId = nodeOf(path)
    if (nodeId !== undefined && hop !== former.hop) step.doubtAll(this.#dependencies.onNode(nodeId))
  }
}

/** What is in doubt while a change is taken in. */
class Step {
  readonly doubted = new Set<PathKey>()
  readonly prefixes = new Set<IpPrefix>()
  isOwnInDoubt = false
  isMemoryChanged = false

  doubt(key: PathKey): void {
    this.doubted.add(key)
  }

  doubtAll(keys: Iterable<PathKey>): void {
    for (const key of keys) this.doubted.add(key)
  }
}

const isOwnChoice = ({ to }: Path): boolean => to.kind === 'own-gateway' || to.kind === 'pair' || to.kind === 'internet'
