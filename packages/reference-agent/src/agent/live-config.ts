/**
 * The desired host, kept up with the fragments that an agent holds: what a step costs grows with what it changes, not with how many peers
 * there are. Peers that a step leaves as they were stay the same objects.
 */
import {
  type ConfigChange,
  type DesiredFirewall,
  type DesiredHost,
  type DesiredPeer,
  desiredClientOf,
  desiredOwnOf,
  desiredPeerOf,
  FirewallMaker,
  type FragmentTable,
  type HostConfig,
  type HostConfigStep,
  type HostId,
  LiveHostConfig,
  NamesMaker,
  noNames,
  noPolicyRouting,
  type OutsideFlow,
  type PeerConfig,
  type PolicyRouting,
  policyRoutingOf,
  type Replaced,
  routesNow,
  type TouchedFragments,
  type WireguardPublicKey,
} from '@meshfold/core'
import { ConfiguredPaths, type PathSource } from './path-source.js'

/** What a step changed about the desired host. */
export interface ConfigStep {
  readonly changedPeers: ReadonlySet<WireguardPublicKey>
  /** Something besides the peers may have changed. */
  readonly isOwnChanged: boolean
}

export class LiveConfig {
  readonly #live = new LiveHostConfig()
  readonly #paths: PathSource
  readonly #peers = new Map<WireguardPublicKey, DesiredPeer>()
  readonly #firewalls = new FirewallMaker()
  readonly #namesMaker = new NamesMaker()
  #servers: readonly OutsideFlow[] = []
  /** What all but the peers was made of. */
  #madeOf: { readonly own?: HostConfig['own'] | undefined; readonly routes?: HostConfig['routes'] | undefined } = {}
  #desired: DesiredHost | undefined

  /** Without `paths`, everything goes as configured. */
  constructor(paths: PathSource = new ConfiguredPaths()) {
    this.#paths = paths
  }

  /** `undefined`: there is no config yet. Its map of peers changes in place with every step. */
  get desired(): DesiredHost | undefined {
    return this.#desired
  }

  get config(): HostConfig | undefined {
    return this.#live.config
  }

  get own(): HostConfig['own'] | undefined {
    return this.config?.own
  }

  get peers(): ReadonlyMap<HostId, PeerConfig> {
    return this.config?.peers ?? new Map()
  }

  /** Where this host's server is: what goes there stays outside a full tunnel. Answers whether something is otherwise than before. */
  setServers(servers: readonly OutsideFlow[]): boolean {
    this.#servers = servers
    return this.#renewOwn()
  }

  /** The step that a patch of `table` makes. */
  update(table: FragmentTable, touched: TouchedFragments): ConfigStep {
    return this.#follow(this.#live.update(table, touched))
  }

  /** Everything anew. Peers that are as they were stay the same objects. */
  reset(table: FragmentTable): ConfigStep {
    return this.#follow(this.#live.reset(table))
  }

  /** Paths were chosen anew: these peers have other AllowedIPs. */
  repath(hosts: Iterable<HostId>): ConfigStep {
    return this.#bring(nothingChanged, hosts)
  }

  #follow(step: HostConfigStep): ConfigStep {
    return this.#bring(step, this.#choose(step))
  }

  #bring(step: HostConfigStep, moved: Iterable<HostId>): ConfigStep {
    const { chosen } = this.#paths
    const hostIds = new Set([...step.peers.keys(), ...moved])
    const before = this.#takeOut(step, hostIds)
    for (const hostId of hostIds) {
      const peer = this.peers.get(hostId)
      if (peer !== undefined && chosen !== undefined) this.#put(before, desiredPeerOf(peer, chosen))
    }
    for (const { is } of step.clients.values()) if (is !== undefined) this.#put(before, desiredClientOf(is))
    const changed = [...before].filter(([key, was]) => this.#peers.get(key) !== was)
    return {
      changedPeers: new Set(changed.map(([key]) => key)),
      isOwnChanged: this.#renewOwn(),
    }
  }

  /** Answers which peers have other AllowedIPs now. */
  #choose({ peers, clients, paths }: HostConfigStep): Iterable<HostId> {
    const { config } = this
    if (config === undefined) {
      this.#paths.end()
      return []
    }
    if (this.#paths.chosen === undefined) {
      this.#paths.begin(config)
      return config.peers.keys()
    }
    const change: ConfigChange = { peers: asTheyAre(peers), clients: asTheyAre(clients), paths: asTheyAre(paths) }
    return this.#paths.update(config, change)
  }

  /** Takes out every peer that may be another now, under the keys that it had and has. Answers what stood there. */
  #takeOut(step: HostConfigStep, hostIds: Iterable<HostId>): Map<WireguardPublicKey, DesiredPeer | undefined> {
    const keys = new Set<WireguardPublicKey>()
    for (const { was, is } of [...step.peers.values(), ...step.clients.values()])
      for (const peer of [was, is]) if (peer !== undefined) keys.add(peer.wireguardKey)
    for (const hostId of hostIds) {
      const peer = this.peers.get(hostId)
      if (peer !== undefined) keys.add(peer.wireguardKey)
    }
    const before = new Map([...keys].map((key) => [key, this.#peers.get(key)] as const))
    for (const key of keys) this.#peers.delete(key)
    return before
  }

  #put(before: ReadonlyMap<WireguardPublicKey, DesiredPeer | undefined>, peer: DesiredPeer): void {
    const was = before.get(peer.publicKey)
    this.#peers.set(peer.publicKey, was !== undefined && isSamePeer(was, peer) ? was : peer)
  }

  #policyRouting(): PolicyRouting {
    const { config } = this
    const { chosen } = this.#paths
    return config && chosen ? policyRoutingOf(config, chosen, this.#servers) : noPolicyRouting
  }

  /** Answers whether something is otherwise than before. */
  #renewOwn(): boolean {
    const { config } = this
    const { chosen } = this.#paths
    const [own, routes] = [config?.own, config && chosen && routesNow(config, chosen).routes]
    const firewall = config && chosen ? this.#firewalls.make(config, chosen) : null
    const isFirewallChanged = !isSameFirewall(firewall, this.#desired?.firewall ?? null)
    const policyRouting = this.#policyRouting()
    const place = { routing: policyRouting, hops: chosen?.hops ?? new Map() }
    const names = config === undefined ? noNames : this.#namesMaker.make(config, place)
    const isRestChanged = isFirewallChanged || names !== (this.#desired?.names ?? noNames)
    const isOwnTouched =
      own !== this.#madeOf.own || routes !== this.#madeOf.routes || !isSameRouting(policyRouting, this.#desired)
    if (!isOwnTouched && !isRestChanged) return false
    this.#madeOf = { own, routes }
    const desired = config &&
      chosen && { ...desiredOwnOf(config, chosen, this.#servers), peers: this.#peers, firewall, policyRouting, names }
    if (!isRestChanged && textOf(desired) === textOf(this.#desired)) return false
    this.#desired = desired
    return true
  }
}

const nothingChanged: HostConfigStep = { peers: new Map(), clients: new Map(), paths: new Map(), isRestChanged: false }

const isSameRouting = (routing: PolicyRouting, desired: DesiredHost | undefined): boolean =>
  JSON.stringify(routing) === JSON.stringify(desired?.policyRouting)

const textOf = (desired: DesiredHost | undefined): string =>
  JSON.stringify({ ...desired, peers: null, firewall: null, names: null })

const isSameFirewall = (one: DesiredFirewall | null, other: DesiredFirewall | null): boolean =>
  one === other ||
  (one?.rules === other?.rules &&
    one?.sets.size === other?.sets.size &&
    [...(one?.sets ?? [])].every(([id, prefixes]) => prefixes === other?.sets.get(id)))

const asTheyAre = <K, V>(replaced: ReadonlyMap<K, Replaced<V>>): Iterable<readonly [K, V | undefined]> =>
  [...replaced].map(([key, { is }]) => [key, is] as const)

const isSamePeer = (one: DesiredPeer, other: DesiredPeer): boolean =>
  one.keepaliveSeconds === other.keepaliveSeconds &&
  isSameList(one.allowedIps, other.allowedIps) &&
  isSameList(one.endpointCandidates, other.endpointCandidates)

const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  one === other || (one.length === other.length && one.every((text, index) => text === other[index]))
