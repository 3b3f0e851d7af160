/**
 * A host's config, kept up with the fragments that it is expanded from. What is patched often (hosts, nodes, members, names, sets) costs
 * what was touched; what reaches far (rules, gateways, the own part) is expanded anew.
 */
import type { ClientId, HostId, NodeId } from '../values/index.js'
import { AroundUnderlay } from './around-underlay.js'
import { type HostConfigStep, type Replaced, replaceAllIn, replaceIn } from './config-step.js'
import { expandFilter, foreignRanges, memberSetName, prefixesOfEntry } from './expand-filter.js'
import { expandWith } from './expand-host-config.js'
import { expandNode } from './expand-node-paths.js'
import { expandClient, expandPeer } from './expand-peers.js'
import { expandFullTunnel } from './expand-tunnel.js'
import { FilterSets } from './filter-sets.js'
import type { SetFragment } from './fragment.js'
import { clientFragmentId, hostFragmentId, namesFragmentId, nodeFragmentId, setFragmentId } from './fragment-id.js'
import type { FragmentTable, TouchedFragments } from './fragment-table.js'
import {
  type ClientPeer,
  type Filter,
  type HostConfig,
  internetPathKey,
  type Path,
  type PathKey,
  type PeerConfig,
  pathKey,
  type RefusedPart,
} from './host-config.js'
import { heldOf } from './leads-to.js'
import { ReferredNodes } from './referred-nodes.js'
import { aroundUnderlayParts } from './refused-parts.js'
import { positionOf } from './sorted-lists.js'
import { type TouchedParts, touchedParts } from './touched-parts.js'

/** A host's config that follows patches: begin with `reset`, then `update` with what each patch touched. */
export class LiveHostConfig {
  #config: HostConfig | undefined
  readonly #peers = new Map<HostId, PeerConfig>()
  readonly #clients = new Map<ClientId, ClientPeer>()
  readonly #paths = new Map<PathKey, Path>()
  readonly #sets = new FilterSets()
  readonly #referred = new ReferredNodes()
  readonly #around = new AroundUnderlay()
  /** All refused parts but those around the underlay: no patch but a whole expansion changes them. */
  #refusedAnyway: readonly RefusedPart[] = []

  /**
   * What `expandHostConfig` gives, but for the order in its maps; `undefined` while there is no own part. The maps of peers, clients
   * and paths change in place with every step, all else is replaced.
   */
  get config(): HostConfig | undefined {
    return this.#config
  }

  /** The step that a patch of `table` makes. */
  update(table: FragmentTable, touched: TouchedFragments): HostConfigStep {
    const config = this.#config
    const parts = touchedParts(touched)
    if (config === undefined || parts === undefined) return this.reset(table)
    const lists = this.#takeLists(table, parts)
    if (lists === undefined) return this.reset(table)
    const step = emptyStep()
    this.#takePeers(step, table, config, parts)
    this.#takePaths(step, table, config, parts)
    const filter = lists.some((nodeId) => isOwnGateway(config, nodeId)) || step.clients.size > 0
    const rest = { ...this.#restOf(table, config, parts, filter), ...this.#aroundOf(step, config) }
    const isRestChanged = Object.keys(rest).length > 0
    if (isRestChanged) this.#config = { ...config, ...rest }
    return { ...step, isRestChanged }
  }

  /** Everything anew. */
  reset(table: FragmentTable): HostConfigStep {
    const step = emptyStep()
    const { config: next, refusedAnyway = [] } = expandWith(table, this.#sets.write) ?? {}
    replaceAllIn(step.peers, this.#peers, next?.peers ?? new Map())
    replaceAllIn(step.clients, this.#clients, next?.clients ?? new Map())
    replaceAllIn(step.paths, this.#paths, next?.paths ?? new Map())
    this.#sets.keepOnly(next?.filter.sets ?? new Map())
    if (next !== undefined) this.#referred.reset(table, next.own)
    this.#refusedAnyway = refusedAnyway
    this.#config = next && {
      ...next,
      peers: this.#peers,
      clients: this.#clients,
      paths: this.#paths,
      aroundUnderlay: this.#around.reset(next, this.#peers.values()),
    }
    return { ...step, isRestChanged: true }
  }

  /**
   * Lists of the nodes touched, as they were and are; `undefined`: something else names one of these nodes, or one whose host came or
   * went, so that much may change.
   */
  #takeLists(table: FragmentTable, { nodes, hosts }: TouchedParts): readonly NodeId[] | undefined {
    const lists: NodeId[] = []
    const isReferred = (nodeId: NodeId) => this.#referred.has(nodeId)
    const turned = [...hosts].filter(
      (hostId) => this.#peers.has(hostId) !== table.fragments.has(hostFragmentId(hostId)),
    )
    const nodesOfTurned = turned.flatMap((hostId) => [...(table.nodesByHost.get(hostId) ?? [])])
    if ([...nodes, ...nodesOfTurned].some(isReferred)) return undefined
    for (const nodeId of nodes) {
      const list = heldOf(table, nodeFragmentId(nodeId), 'node')?.via ?? []
      lists.push(...this.#referred.listOf(nodeId), ...list)
      this.#referred.setList(nodeId, list)
    }
    return [...nodes, ...nodesOfTurned].some(isReferred) ? undefined : lists
  }

  #takePeers(step: MutableStep, table: FragmentTable, { own }: HostConfig, { hosts, clients }: TouchedParts): void {
    for (const hostId of hosts) {
      const peer = table.nodesByHost.has(hostId) ? expandPeer(table, own, hostId) : undefined
      replaceIn(step.peers, this.#peers, hostId, peer)
    }
    for (const clientId of clients) {
      const client = heldOf(table, clientFragmentId(clientId), 'client')
      replaceIn(step.clients, this.#clients, clientId, client && expandClient(client))
    }
  }

  #takePaths(step: MutableStep, table: FragmentTable, { own }: HostConfig, { nodes }: TouchedParts): void {
    for (const nodeId of nodes) {
      const node = heldOf(table, nodeFragmentId(nodeId), 'node')
      const paths = node === undefined ? [] : expandNode(table, own, node)
      for (const key of [pathKey('node', nodeId), pathKey('clients', nodeId)])
        replaceIn(
          step.paths,
          this.#paths,
          key,
          paths.find((path) => path.key === key),
        )
    }
  }

  #aroundOf({ peers }: MutableStep, config: HostConfig): Partial<HostConfig> {
    const aroundUnderlay = this.#around.update(peers.values())
    if (aroundUnderlay === config.aroundUnderlay) return {}
    return { aroundUnderlay, refused: [...this.#refusedAnyway, ...aroundUnderlayParts(config, aroundUnderlay)] }
  }

  /** What else is another now. */
  #restOf(
    table: FragmentTable,
    config: HostConfig,
    parts: TouchedParts,
    isFilterTouched: boolean,
  ): Partial<HostConfig> {
    const rest: { -readonly [K in keyof HostConfig]?: HostConfig[K] } = {}
    if (parts.areNamesTouched)
      rest.names = config.own.memberships.flatMap(
        ({ networkId }) => heldOf(table, namesFragmentId(networkId), 'names') ?? [],
      )
    if (parts.sets.length > 0) rest.memberSets = withSets(table, config.memberSets, parts.sets)
    if (isFilterTouched) {
      rest.filter = expandFilter(table, config.own, this.#sets.write)
      this.#sets.keepOnly(rest.filter.sets)
    } else if (parts.sets.length > 0) rest.filter = this.#withSetsWritten(table, config, parts.sets)
    if (parts.hosts.size > 0 && this.#paths.has(internetPathKey))
      rest.fullTunnel = expandFullTunnel(config.own, this.#paths, this.#peers, config.routing)
    return rest
  }

  #withSetsWritten(table: FragmentTable, { own, filter }: HostConfig, touched: TouchedParts['sets']): Filter {
    const sets = new Map(filter.sets)
    for (const { networkId, key } of touched) {
      const name = memberSetName(networkId, key)
      const entries = heldOf(table, setFragmentId(networkId, key), 'set')?.entries ?? []
      const foreign = foreignRanges(table, own, networkId)
      if (sets.has(name)) sets.set(name, this.#sets.write(name, entries, prefixesOfEntry, foreign))
    }
    return { ...filter, sets }
  }
}

interface MutableStep {
  readonly peers: Map<HostId, Replaced<PeerConfig>>
  readonly clients: Map<ClientId, Replaced<ClientPeer>>
  readonly paths: Map<PathKey, Replaced<Path>>
}

const emptyStep = (): MutableStep => ({ peers: new Map(), clients: new Map(), paths: new Map() })

const isOwnGateway = ({ own }: HostConfig, nodeId: NodeId): boolean =>
  own.memberships.some((part) => part.isGateway && part.nodeId === nodeId)

/** Sorted by id before and after. */
const withSets = (
  table: FragmentTable,
  known: readonly SetFragment[],
  touched: TouchedParts['sets'],
): readonly SetFragment[] => {
  const sets = known.slice()
  for (const { networkId, key } of touched) {
    const id = setFragmentId(networkId, key)
    const at = positionOf(sets, id, idOf)
    const held = sets[at]
    const count = held !== undefined && idOf(held) === id ? 1 : 0
    const set = heldOf(table, id, 'set')
    sets.splice(at, count, ...(set === undefined ? [] : [set]))
  }
  return sets
}

const idOf = ({ networkId, key }: SetFragment) => setFragmentId(networkId, key)
