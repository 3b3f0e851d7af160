/** From rules and sets to what is let in and passed on, set by set: a rule names sets, and each set is written out once. */
import {
  type EgressId,
  hostPrefix,
  type IpPrefix,
  intersectPrefixes,
  type NetworkId,
  type NodeId,
  prefixLength,
  subtractPrefixes,
} from '../values/index.js'
import { type WriteSet, writeSetAnew } from './filter-sets.js'
import type { FragmentOf, MemberEntry, SelfFragment } from './fragment.js'
import {
  classFragmentId,
  egressFragmentId,
  internetFragmentId,
  networkFragmentId,
  nodeFragmentId,
  pairFragmentId,
  relayingFragmentId,
  routerFragmentId,
  setFragmentId,
} from './fragment-id.js'
import type { FragmentTable } from './fragment-table.js'
import type { Filter, ForwardRule, InputRule } from './host-config.js'
import { heldOf } from './leads-to.js'
import type { MembershipPart } from './membership-part.js'
import type { AcceptRule, Ends, SetName } from './rule-parts.js'

export const expandFilter = (table: FragmentTable, own: SelfFragment, write: WriteSet = writeSetAnew): Filter => {
  const sets = new Map<string, readonly IpPrefix[]>()
  const expanding = own.memberships.map((part) => new NetworkFilter(table, own, part, sets, write))
  return {
    isEnforced: own.capabilities.includes('filter'),
    sets,
    input: expanding.flatMap((network) => network.input()),
    forward: expanding.flatMap((network) => network.forward()),
  }
}

const rangesOf = (network: FragmentOf<'network'> | undefined): readonly IpPrefix[] =>
  [network?.range4, network?.range6].filter((range) => range != null)

/** The mesh's own ranges but those of this network: nobody there is an end of anything in this network (A4). */
export const foreignRanges = (table: FragmentTable, own: SelfFragment, networkId: NetworkId): readonly IpPrefix[] => [
  ...own.routes.map(({ prefix }) => prefix),
  ...own.memberships.flatMap((part) =>
    part.networkId === networkId ? [] : rangesOf(heldOf(table, networkFragmentId(part.networkId), 'network')),
  ),
]

class NetworkFilter {
  readonly #table: FragmentTable
  readonly #part: MembershipPart
  readonly #sets: Map<string, readonly IpPrefix[]>
  readonly #writeSet: WriteSet

  /** No end of anything in this network. */
  readonly #foreign: readonly IpPrefix[]

  constructor(
    table: FragmentTable,
    own: SelfFragment,
    part: MembershipPart,
    sets: Map<string, readonly IpPrefix[]>,
    writeSet: WriteSet,
  ) {
    this.#table = table
    this.#part = part
    this.#sets = sets
    this.#writeSet = writeSet
    this.#foreign = foreignRanges(table, own, part.networkId)
  }

  get #networkId(): NetworkId {
    return this.#part.networkId
  }

  input(): readonly InputRule[] {
    const { networkId, classKey, addresses } = this.#part
    const rules = heldOf(this.#table, classFragmentId(networkId, classKey), 'class')?.rules ?? []
    if (rules.length === 0) return []
    const own = addresses.map(hostPrefix)
    return rules.map(({ policyId, from, within, to, traffic }) => ({
      networkId,
      policyId,
      to: this.#covered('self', own, to),
      from: this.#ends(from),
      within: this.#within(within),
      traffic,
    }))
  }

  forward(): readonly ForwardRule[] {
    return [...this.#toClients(), ...this.#relaying(), ...this.#throughEgresses(), ...this.#toInternet()]
  }

  /** What is let out to own clients: each has rules of its own. */
  #toClients(): readonly ForwardRule[] {
    if (!this.#part.isGateway) return []
    return this.#ownClients().flatMap((client) => {
      const name = `client:${client.clientId}`
      return client.rules.map((rule) =>
        this.#rule(rule, {
          direction: 'mesh-to-mesh',
          to: [this.#covered(name, client.prefixes, rule.to)],
          stateful: 'yes',
        }),
      )
    })
  }

  /** What is passed on between others, both ways and whatever it is. */
  #relaying(): readonly ForwardRule[] {
    const pairs = heldOf(this.#table, relayingFragmentId(this.#networkId), 'relaying')?.pairs ?? []
    if (!this.#part.isGateway || pairs.length === 0) return []
    const through = this.#write('attached', () => this.#attached())
    const exceptTo = this.#write('own-clients', () => this.#ownClients().flatMap(({ prefixes }) => prefixes))
    return pairs.flatMap(({ policyId, from, to, internet }) => {
      const rule = (destinations: readonly string[] | null): ForwardRule => ({
        networkId: this.#networkId,
        policyId,
        direction: 'mesh-to-mesh',
        from: this.#ends(from),
        within: null,
        to: destinations,
        beyondMesh: destinations === null,
        through,
        exceptTo,
        egressId: null,
        traffic: [{ protocol: 'any' }],
        stateful: 'no',
      })
      return internet ? [rule(this.#ends(to)), rule(null)] : [rule(this.#ends(to))]
    })
  }

  #throughEgresses(): readonly ForwardRule[] {
    return this.#part.routerOf.flatMap((egressId) => {
      const router = heldOf(this.#table, routerFragmentId(egressId), 'router')
      if (router === undefined) return []
      const { ranges, virtualRanges } = router
      const seen = virtualRanges ?? ranges
      // Longer prefixes inside it are others', and go by their own policies.
      const own = heldOf(this.#table, egressFragmentId(egressId), 'egress')?.ownPrefixes ?? []
      const name = `ranges:${egressId}`
      const stateful = !router.nat && router.routers.length > 1 ? 'lenient' : 'yes'
      const out = router.rules.map((rule) =>
        this.#rule(rule, {
          direction: 'mesh-to-underlay',
          to: [this.#covered(name, rule.to === null ? own : seen, rule.to)],
          stateful,
        }),
      )
      const back = router.reaches.flatMap(({ policyId, from, to, internet, traffic }) => {
        const rule = { policyId, from: { sets: [], prefixes: from ?? own }, within: null, to: null, traffic }
        const towards = (destinations: readonly string[] | null) =>
          this.#rule(rule, { direction: 'underlay-to-mesh', to: destinations, stateful, egressId })
        return internet ? [towards(this.#ends(to)), towards(null)] : [towards(this.#ends(to))]
      })
      return [...out, ...back]
    })
  }

  #toInternet(): readonly ForwardRule[] {
    if (!this.#part.isInternetGateway) return []
    const rules = heldOf(this.#table, internetFragmentId(this.#networkId), 'internet')?.rules ?? []
    return rules.map((rule) => {
      const to = rule.to === null ? null : this.#ends({ sets: [], prefixes: rule.to })
      return this.#rule(rule, { direction: 'mesh-to-underlay', to, beyondMesh: true, stateful: 'yes' })
    })
  }

  #rule(
    { policyId, from, within, traffic }: AcceptRule,
    more: Pick<ForwardRule, 'direction' | 'to' | 'stateful'> & Partial<Pick<ForwardRule, 'egressId' | 'beyondMesh'>>,
  ): ForwardRule {
    return {
      networkId: this.#networkId,
      policyId,
      direction: more.direction,
      from: this.#ends(from),
      within: this.#within(within),
      to: more.to,
      beyondMesh: more.beyondMesh ?? more.to === null,
      through: null,
      exceptTo: null,
      egressId: more.egressId ?? null,
      traffic,
      stateful: more.stateful,
    }
  }

  /** Whatever reaches the mesh through this gateway: nodes that it relays with their egresses, pairs, own clients. */
  #attached(): readonly IpPrefix[] {
    const prefixes = this.#ownClients().flatMap((client) => client.prefixes)
    const nodeIds = new Set<NodeId>()
    for (const { fragment } of this.#table.fragments.values())
      if (fragment.kind === 'node' && fragment.via?.includes(this.#part.nodeId)) nodeIds.add(fragment.nodeId)
    for (const pairId of this.#part.pairIds)
      for (const nodeId of heldOf(this.#table, pairFragmentId(pairId), 'pair')?.nodeIds ?? []) nodeIds.add(nodeId)
    for (const nodeId of nodeIds)
      prefixes.push(...(heldOf(this.#table, nodeFragmentId(nodeId), 'node')?.addresses ?? []).map(hostPrefix))
    for (const { fragment } of this.#table.fragments.values())
      if (fragment.kind === 'egress' && fragment.routers.some(({ nodeId }) => nodeIds.has(nodeId)))
        prefixes.push(...fragment.prefixes)
    return prefixes
  }

  #ownClients(): readonly FragmentOf<'client'>[] {
    return [...this.#table.fragments.values()]
      .flatMap(({ fragment }) =>
        fragment.kind === 'client' && fragment.networkId === this.#networkId ? [fragment] : [],
      )
      .sort((a, b) => (a.clientId < b.clientId ? -1 : 1))
  }

  /** All prefixes are one set: a driver writes a rule for each set. */
  #ends({ sets, prefixes }: Ends): readonly string[] {
    return [
      ...sets.map((name) => this.#set(name)),
      ...(prefixes.length === 0 ? [] : [this.#write(`prefixes:${prefixes.join()}`, () => prefixes)]),
    ]
  }

  #within(name: SetName | null): string | null {
    return name === null ? null : this.#set(name)
  }

  /** A set of own prefixes, or of those of them that the rule is about. */
  #covered(name: string, own: readonly IpPrefix[], only: readonly IpPrefix[] | null): string {
    return only === null
      ? this.#write(name, () => own)
      : this.#write(`${name}&${only.join()}`, () => intersectPrefixes(own, only))
  }

  #set(name: SetName): string {
    if (name === 'everyone') return this.#write(name, () => this.#everyone())
    if (name.startsWith('egress:'))
      return this.#write(name, () => this.#egress(name.slice('egress:'.length) as EgressId))
    const full = memberSetName(this.#networkId, name)
    const entries = heldOf(this.#table, setFragmentId(this.#networkId, name), 'set')?.entries ?? []
    if (!this.#sets.has(full)) this.#sets.set(full, this.#writeSet(full, entries, prefixesOfEntry, this.#foreign))
    return full
  }

  /** Of one of /0 without what lies behind clients. */
  #egress(egressId: EgressId): readonly IpPrefix[] {
    const egress = heldOf(this.#table, egressFragmentId(egressId), 'egress')
    const behindClients = heldOf(this.#table, networkFragmentId(this.#networkId), 'network')?.clientPrefixes ?? []
    if (egress === undefined) return []
    const isExit = egress.prefixes.some((prefix) => prefixLength(prefix) === 0)
    return isExit ? subtractPrefixes(egress.ownPrefixes, behindClients) : egress.ownPrefixes
  }

  #everyone(): readonly IpPrefix[] {
    const network = heldOf(this.#table, networkFragmentId(this.#networkId), 'network')
    if (network === undefined) return []
    const { range4, range6, egressPrefixes, clientPrefixes } = network
    return [range4, range6, ...egressPrefixes, ...clientPrefixes].filter((prefix) => prefix !== null)
  }

  #write(name: string, prefixes: () => readonly IpPrefix[]): string {
    const full = `${this.#networkId}/${name}`
    if (!this.#sets.has(full)) this.#sets.set(full, this.#writeSet(full, prefixes(), itself, this.#foreign))
    return full
  }
}

/** What a set of members is called in a filter. */
export const memberSetName = (networkId: NetworkId, key: SetName): string => `${networkId}/${key}`

export const prefixesOfEntry = ({ prefixes }: MemberEntry): readonly IpPrefix[] => prefixes
const itself = (prefix: IpPrefix): readonly IpPrefix[] => [prefix]
