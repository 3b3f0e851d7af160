/** The view of one host, of its config on demand. */
import type { ChosenPaths, OwnVector } from '../host-config/chosen-paths.js'
import type { SelfFragment } from '../host-config/fragment.js'
import type { Filter, FullTunnel, HostConfig, RoutedEgress } from '../host-config/host-config.js'
import { asksOwnTables } from '../host-config/own-tables.js'
import { rangesFallenTo } from '../host-config/ranges-fallen-to.js'
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import {
  type ClientId,
  type HostId,
  type IpAddress,
  type IpPrefix,
  mapAddress,
  type PrefixMap,
  PrefixTable,
  prefixContainsAddress,
} from '../values/index.js'
import type { ChoicesOnDemand } from './choices-on-demand.js'
import type { ConfigOnDemand } from './config-on-demand.js'
import type { HostView, RoutedRange } from './host-view.js'
import { madeOnce, madeOnceEach } from './made-once.js'
import type { PeerRef } from './peer-table.js'
import type { SharedSets } from './shared-sets.js'

export class ViewOnDemand implements HostView {
  readonly own: SelfFragment
  readonly peers: PrefixMap<PeerRef>
  readonly localPrefixes: PrefixMap<true>
  readonly ownAddresses: ReadonlySet<IpAddress>
  readonly controlAddresses: ReadonlySet<IpAddress>
  readonly #config: ConfigOnDemand
  readonly #choices: ChoicesOnDemand
  readonly #chosen: () => ChosenPaths
  readonly #routes: () => PrefixMap<true>
  readonly #forwardRoutes: () => PrefixMap<true>
  readonly #ranges: () => readonly RoutedRange[]
  readonly #routedRanges: () => PrefixMap<RoutedRange>
  readonly #setOf: (name: string) => PrefixMap<true>

  constructor(
    state: MeshState,
    config: ConfigOnDemand,
    choices: ChoicesOnDemand,
    {
      chosen,
      peers,
      sets,
    }: Pick<HostView, 'peers'> & { readonly chosen: () => ChosenPaths; readonly sets: SharedSets },
  ) {
    const { own, routes } = config
    this.own = own
    this.peers = peers
    const tableOf = (prefixes: readonly IpPrefix[]) => sets.tableOf(sets.equal(prefixes))
    this.localPrefixes = tableOf(own.localPrefixes)
    this.ownAddresses = new Set(own.memberships.flatMap(({ addresses }) => addresses))
    this.controlAddresses = new Set<IpAddress>([own.controlAddress4, own.controlAddress6])
    this.#config = config
    this.#choices = choices
    this.#chosen = madeOnce(chosen)
    const fallen = madeOnce(() => fallenOf(config, choices))
    const unused = madeOnce(() => (asksOwnTables(this.own) ? [] : config.whole().aroundUnderlay))
    const isLed = (prefix: IpPrefix) => !fallen().has(prefix) && !unused().includes(prefix)
    this.#routes = madeOnce(() => tableOf(prefixesOf(routes().taken).filter(isLed)))
    this.#forwardRoutes = madeOnce(() =>
      routes().kept.length === 0
        ? this.#routes()
        : tableOf([...prefixesOf(routes().taken), ...prefixesOf(routes().kept)].filter(isLed)),
    )
    this.#ranges = madeOnce(() => [...rangesOf(state, config, choices)])
    this.#routedRanges = madeOnce(() => new PrefixTable(this.#ranges().map((range) => [range.seen, range])))
    this.#setOf = madeOnceEach((name: string) => sets.tableOf(config.filter().sets.get(name) ?? []))
  }

  get config(): HostConfig {
    return this.#config.whole()
  }

  get chosen(): ChosenPaths {
    return this.#chosen()
  }

  get routes(): PrefixMap<true> {
    return this.#routes()
  }

  get forwardRoutes(): PrefixMap<true> {
    return this.#forwardRoutes()
  }

  get routing(): readonly RoutedEgress[] {
    return this.#config.routing()
  }

  get routedRanges(): PrefixMap<RoutedRange> {
    return this.#routedRanges()
  }

  get fullTunnel(): FullTunnel | null {
    return asksOwnTables(this.own) ? this.#config.fullTunnel() : null
  }

  get filter(): Filter {
    return this.#config.filter()
  }

  get vector(): OwnVector {
    return this.#choices.vector()
  }

  isPeer(hostId: HostId): boolean {
    return this.#config.peers.has(hostId)
  }

  hasClient(clientId: ClientId): boolean {
    return this.#config.hasClient(clientId)
  }

  namesOf(address: IpAddress): readonly IpAddress[] {
    const range = this.routedRanges.longest(address)?.value
    const real = range === undefined ? address : mapped(address, range.seen, range.real)
    const around = this.#ranges().filter((each) => prefixContainsAddress(each.real, real))
    return [...new Set([address, ...around.map((each) => mapped(real, each.real, each.seen))])]
  }

  isMasqueraded(source: IpAddress, real: IpAddress): boolean {
    const covers = (prefixes: readonly IpPrefix[], address: IpAddress) =>
      prefixes.some((prefix) => prefixContainsAddress(prefix, address))
    // Whatever egress a rule is of: the kernel goes by addresses. To it, what a host routes is no internet.
    return this.#config
      .nat()
      .some((rule) => rule.kind === 'masquerade' && covers(rule.to ?? [], real) && covers(rule.from, source))
  }

  isInSet(name: string, address: IpAddress): boolean {
    return this.#setOf(name).longest(address) !== undefined
  }
}

const prefixesOf = (list: readonly { readonly prefix: IpPrefix }[]): readonly IpPrefix[] =>
  list.map(({ prefix }) => prefix)

/** What this host carries itself now, because the routers are down that it would send it to (E6). */
const fallenOf = (config: ConfigOnDemand, { hopOn }: ChoicesOnDemand): ReadonlySet<IpPrefix> => {
  const routing = config.routing()
  if (routing.length === 0) return new Set()
  return rangesFallenTo({ routing, nat: config.nat() }, config.pathsBeyond().values(), hopOn)
}

const mapped = (address: IpAddress, from: IpPrefix, to: IpPrefix): IpAddress =>
  from === to ? address : mapAddress(address, from, to)

function* rangesOf(state: MeshState, config: ConfigOnDemand, choices: ChoicesOnDemand): Generator<RoutedRange> {
  for (const { egressId } of config.routing()) {
    const egress = largeMapGet(state.egresses, egressId)
    const isAnothers = egress?.nat === false && !choices.vector().servedEgressIds.includes(egressId)
    for (const [at, real] of (egress?.ranges ?? []).entries()) {
      const seen = egress?.virtualRanges?.[at] ?? real
      yield { seen, real, isAnothers }
    }
  }
}
