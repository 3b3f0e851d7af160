/** From a config's filter and translations, and the paths chosen on it, to what the operating system's firewall shall be. */
import type { ChosenPaths } from '../host-config/chosen-paths.js'
import type { ForwardRule, HostConfig, InputRule, NatRule } from '../host-config/host-config.js'
import { formatHash, hashText } from '../values/content-hash.js'
import {
  type EgressId,
  hostPrefix,
  type IpPrefix,
  mapPrefix,
  mergePrefixes,
  prefixContains,
  prefixLength,
} from '../values/index.js'
import { anothersOf } from './anothers.js'
import type {
  DesiredFirewall,
  FirewallFilter,
  FirewallForward,
  FirewallInput,
  FirewallRules,
  FirewallSetId,
} from './desired-firewall.js'

/** `null`: the host filters nothing and translates nothing. */
export const firewallOf = (config: HostConfig, chosen: ChosenPaths): DesiredFirewall | null =>
  new FirewallMaker().make(config, chosen)

/** Makes one firewall after the other for the same host: what a config has as the same objects is not made again. */
export class FirewallMaker {
  readonly #whole = new Latest<DesiredFirewall>()
  readonly #rules = new Latest<FirewallRules>()
  readonly #nat = new Latest<readonly NatRule[]>()
  readonly #mesh = new Latest<readonly IpPrefix[]>()
  readonly #ranges = new Latest<readonly IpPrefix[]>()
  #real = new Map<FirewallSetId, Latest<readonly IpPrefix[]>>()

  /** As `firewallOf`. */
  make(config: HostConfig, chosen: ChosenPaths): DesiredFirewall | null {
    const { filter, own, routes, keptByLan, egresses, routing, ranges } = config
    if (!filter.isEnforced && config.nat.length === 0) return null
    const anothers = anothersOf(config, chosen).map(({ egressId }) => egressId)
    const nat = this.#nat.from([config.nat, anothers.join()], () => config.nat.filter(isNot(anothers)))
    const served = chosen.vector.servedEgressIds
    const parts = [filter, nat, own, routes, keptByLan, egresses, routing, ranges, served.join()]
    return this.#whole.from(parts, () => this.#make(config, nat, served))
  }

  #make(config: HostConfig, nat: readonly NatRule[], served: readonly EgressId[]): DesiredFirewall {
    const { filter, own, routes, keptByLan, egresses, routing, ranges } = config
    const maps = config.nat.filter((rule) => rule.kind === 'prefix-map')
    const rules = this.#rules.from([filter.isEnforced, filter.input, filter.forward, nat, own, served.join()], () => ({
      filter: filter.isEnforced ? filterOf(config, served, maps) : null,
      nat,
    }))
    if (rules.filter === null) return { rules, sets: new Map() }
    const mesh = this.#mesh.from([own, routes, keptByLan, egresses, routing, ranges], () => meshPrefixes(config))
    const sets = new Map([...filter.sets].map(([name, prefixes]) => [firewallSetId(name), prefixes]))
    for (const [id, members] of this.#realSets(config, maps)) sets.set(id, members)
    sets.set(
      rules.filter.ranges,
      this.#ranges.from([ranges], () => mergePrefixes(ranges)),
    )
    return { rules, sets: sets.set(rules.filter.mesh, mesh) }
  }

  *#realSets(
    { filter, nat }: HostConfig,
    maps: readonly PrefixMapRule[],
  ): Generator<readonly [FirewallSetId, readonly IpPrefix[]]> {
    const known = this.#real
    this.#real = new Map()
    for (const { egressId, from, direction } of filter.forward) {
      if (!isOutOfMapped(direction, egressId, maps)) continue
      const own = maps.filter((map) => map.egressId === egressId)
      for (const name of from) {
        const id = realSetId(name)
        const latest = known.get(id) ?? new Latest<readonly IpPrefix[]>()
        this.#real.set(id, latest)
        const members = filter.sets.get(name) ?? []
        yield [id, latest.from([members, nat], () => mergePrefixes(members.flatMap((prefix) => realOf(prefix, own))))]
      }
    }
  }
}

/** What is for a virtual range that another router has now goes there as it is called. */
const isNot =
  (anothers: readonly EgressId[]) =>
  ({ egressId }: NatRule): boolean =>
    egressId === null || !anothers.includes(egressId)

/** What was made last, and of what. */
class Latest<A> {
  #of: readonly unknown[] = []
  #made: A | undefined

  from(of: readonly unknown[], make: () => A): A {
    if (this.#made !== undefined && of.every((each, at) => each === this.#of[at])) return this.#made
    this.#of = of
    this.#made = make()
    return this.#made
  }
}

/** The id of a set that configs call so. */
export const firewallSetId = (name: string): FirewallSetId => `m${formatHash(hashText(name))}`

const filterOf = (
  { filter, own }: HostConfig,
  served: readonly EgressId[],
  maps: readonly PrefixMapRule[],
): FirewallFilter => ({
  mesh: firewallSetId('mesh'),
  ranges: firewallSetId('ranges'),
  own: [own.controlAddress4, own.controlAddress6, ...own.memberships.flatMap(({ addresses }) => addresses)].map(
    hostPrefix,
  ),
  control: own.routes.map(({ prefix }) => prefix),
  input: filter.input.map(inputOf),
  forward: filter.forward
    .filter(({ egressId }) => egressId === null || served.includes(egressId))
    .map((rule) => forwardOf(rule, maps)),
})

/** All that is the mesh's, as far as a host knows: its networks, what lies behind their nodes, and what it routes itself. */
const meshPrefixes = ({ ranges, routes, keptByLan, own, egresses, routing }: HostConfig) =>
  mergePrefixes([
    ...ranges,
    ...routes.map(({ prefix }) => prefix).filter((prefix) => prefixLength(prefix) > 0),
    ...keptByLan,
    ...own.memberships.flatMap(({ addresses }) => addresses.map(hostPrefix)),
    ...egresses.flatMap(({ egressId, prefixes }) =>
      routing.some((routed) => routed.egressId === egressId) ? prefixes : [],
    ),
  ])

const inputOf = ({ policyId, to, from, within, traffic }: InputRule): FirewallInput => ({
  policyId,
  to: firewallSetId(to),
  from: from.map(firewallSetId),
  within: idOrNull(within),
  traffic,
})

const forwardOf = (rule: ForwardRule, maps: readonly PrefixMapRule[]): FirewallForward => {
  const { policyId, direction, egressId, from, within, to, beyondMesh, through, exceptTo, traffic, stateful } = rule
  return {
    policyId,
    direction,
    from: from.map(isOutOfMapped(direction, egressId, maps) ? realSetId : firewallSetId),
    within: idOrNull(within),
    to: to === null ? null : to.map(firewallSetId),
    beyondMesh,
    through: idOrNull(through),
    exceptTo: idOrNull(exceptTo),
    traffic,
    stateful,
  }
}

/** What comes out of a mapped range has its real address until it leaves into the tunnel. */
const isOutOfMapped = (
  direction: ForwardRule['direction'],
  egressId: EgressId | null,
  maps: readonly PrefixMapRule[],
): boolean => direction === 'underlay-to-mesh' && maps.some((map) => map.egressId === egressId)

const realSetId = (name: string): FirewallSetId => firewallSetId(`${name}, real`)

type PrefixMapRule = Extract<NatRule, { kind: 'prefix-map' }>

/** What a prefix of virtual addresses stands for. */
const realOf = (prefix: IpPrefix, maps: readonly PrefixMapRule[]): readonly IpPrefix[] => {
  const inside = maps.filter(({ virtual }) => prefixContains(prefix, virtual)).map(({ real }) => real)
  const around = maps.find(({ virtual }) => virtual !== prefix && prefixContains(virtual, prefix))
  return around === undefined ? inside : [mapPrefix(prefix, around.virtual, around.real)]
}

const idOrNull = (name: string | null): FirewallSetId | null => (name === null ? null : firewallSetId(name))
