/** Who can talk to whom, and to what, only after a change, or only before it. Members that are alike are looked at once, in both states. */
import { egressesOfNetwork } from '../mesh/egress-queries.js'
import { largeMapGet, largeMapKeys } from '../mesh/large-map.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import type { MeshState, Network } from '../mesh/mesh-state.js'
import type { PacketTraffic } from '../policy/index.js'
import type { ClientId, EgressId, HostId, MemberId, NetworkId, NodeId } from '../values/index.js'
import { memberLikenessIn } from './alike.js'
import { isPresent, type ReachedPlace, reaches, theInternet } from './reaches.js'
import type { TraceWorld } from './trace-world.js'
import { trafficToTry } from './traffic-to-try.js'

/** What nodes and clients could reach only after, or only before: each other, ranges of egresses, the internet. */
export interface ReachabilityChange {
  readonly gained: readonly ReachedMembers[]
  readonly lost: readonly ReachedMembers[]
  /** Which traffic was tried between them. */
  readonly traffic: readonly PacketTraffic[]
  /** How many pairs were followed; each stands for all that are alike. */
  readonly pairs: number
  /** Whether every pair that may have changed was: large changes are looked at in part. */
  readonly isComplete: boolean
}

/** That each of the one reaches each of the other, but itself, with this traffic; or no longer does. Lists are sorted. */
export interface ReachedMembers {
  readonly networkId: NetworkId
  readonly from: readonly MemberId[]
  readonly to: readonly ReachedPlace[]
  readonly traffic: readonly PacketTraffic[]
}

/** What is tried, and how much of it. */
export interface ReachabilityOptions {
  /** ICMP, TCP to 443 and what the policies concerned are about, unless told. */
  readonly traffic?: readonly PacketTraffic[]
  /** 10,000 unless told. */
  readonly maxPairs?: number
  /** Asked again and again while each part is looked at; what is left of that part is left out once it says so. */
  readonly isEnough?: (part: 'configs' | 'reachability') => boolean
}

/** Members that are alike before the change, and after it; or one place beyond the mesh. */
interface Kind {
  readonly memberIds: MemberId[]
  readonly place: ReachedPlace | null
  /** Named by an event: 0; on a host whose config changes: 1; others: 2. What is likelier to change is looked at first. */
  readonly rank: number
}

/** The two states, between which some events happened, and hosts whose configs those change. */
export interface ChangedStates {
  readonly before: MeshState
  readonly after: MeshState
  readonly events: readonly MeshEvent[]
  readonly changedHosts: ReadonlySet<HostId>
  /** In which packets are followed, before and after. */
  readonly worlds: readonly [TraceWorld, TraceWorld]
}

/** A little at a time: whoever has other things to do goes on when it likes. */
export function* reachabilityChangeInSteps(
  states: ChangedStates,
  { traffic, maxPairs = 10_000, isEnough = () => false }: ReachabilityOptions,
): Generator<undefined, ReachabilityChange> {
  const { before, after, worlds } = states
  const found = { gained: [] as ReachedMembers[], lost: [] as ReachedMembers[] }
  const tried = new Set<PacketTraffic>()
  let pairs = 0
  let isComplete = true
  for (const networkId of networksConcerned(states)) {
    const traffics = traffic ?? trafficToTry(before, after, networkId)
    for (const each of traffics) tried.add(each)
    const members = yield* kindsOfMembers(states, networkId)
    const kinds = [...placesOf(states, networkId), ...members].sort((one, other) => one.rank - other.rank)
    for (const [from, to] of pairsOf(kinds)) {
      if (pairs >= maxPairs || isEnough('reachability')) {
        isComplete = false
        break
      }
      pairs += 1
      const ends = followed(worlds, from, to, traffics)
      const lists = { networkId, from: from.memberIds, to: to.place === null ? to.memberIds : [to.place] }
      if (ends.gained.length > 0) found.gained.push({ ...lists, traffic: ends.gained })
      if (ends.lost.length > 0) found.lost.push({ ...lists, traffic: ends.lost })
      yield
    }
  }
  return { gained: joined(found.gained), lost: joined(found.lost), traffic: distinct([...tried]), pairs, isComplete }
}

/** One of each kind stands for all of them. */
const followed = (
  [was, is]: readonly [TraceWorld, TraceWorld],
  from: Kind,
  to: Kind,
  traffics: readonly PacketTraffic[],
): { readonly gained: readonly PacketTraffic[]; readonly lost: readonly PacketTraffic[] } => {
  const source = from.memberIds[0]
  const destination = to.place ?? to.memberIds[from === to ? 1 : 0]
  if (source === undefined || destination === undefined) return { gained: [], lost: [] }
  if (destination === theInternet && !(isPresent(was, source) && isPresent(is, source))) return { gained: [], lost: [] }
  const reached = (world: TraceWorld) => traffics.filter((traffic) => reaches(world, source, destination, traffic))
  const [earlier, later] = [reached(was), reached(is)]
  return {
    gained: later.filter((traffic) => !earlier.includes(traffic)),
    lost: earlier.filter((traffic) => !later.includes(traffic)),
  }
}

const networksConcerned = ({ before, after, changedHosts }: ChangedStates): readonly NetworkId[] => {
  const networkIds = new Set<NetworkId>()
  for (const state of [before, after])
    for (const hostId of changedHosts)
      for (const nodeId of largeMapGet(state.hosts, hostId)?.nodeIds ?? []) {
        const networkId = largeMapGet(state.nodes, nodeId)?.networkId
        if (networkId !== undefined) networkIds.add(networkId)
      }
  return [...networkIds].sort()
}

function* kindsOfMembers(states: ChangedStates, networkId: NetworkId): Generator<undefined, readonly Kind[]> {
  const { before, after, events, changedHosts } = states
  const named = namedIn(events)
  const networks = [before, after].map((state) => [state, largeMapGet(state.networks, networkId)] as const)
  const likeness = networks.map(([state, network]) => (network ? memberLikenessIn(state, network) : () => 'none'))
  const rankOf = (memberId: MemberId): number => {
    const hostIds = [before, after].flatMap((state) => hostOf(state, memberId) ?? [])
    if (named.has(memberId) || hostIds.some((hostId) => named.has(hostId))) return 0
    return hostIds.some((hostId) => changedHosts.has(hostId)) ? 1 : 2
  }
  const kinds = new Map<string, Kind>()
  for (const memberId of membersOf(networks.map(([, network]) => network))) {
    const key = JSON.stringify(likeness.map((of) => of(memberId)))
    const kind = kinds.get(key) ?? { memberIds: [], place: null, rank: rankOf(memberId) }
    kind.memberIds.push(memberId)
    kinds.set(key, { ...kind, rank: Math.min(kind.rank, rankOf(memberId)) })
    yield
  }
  return [...kinds.values()]
}

/** Ranges of egresses, and the internet. */
const placesOf = ({ before, after, events }: ChangedStates, networkId: NetworkId): readonly Kind[] => {
  const named = namedIn(events)
  const egressIds = new Set<EgressId>()
  for (const state of [before, after])
    for (const { egressId } of egressesOfNetwork(state, networkId)) egressIds.add(egressId)
  return [...[...egressIds].sort(), theInternet as ReachedPlace].map((place) => ({
    memberIds: [],
    place,
    rank: named.has(place) ? 0 : 1,
  }))
}

const membersOf = (networks: readonly (Network | undefined)[]): readonly MemberId[] => {
  const memberIds = new Set<MemberId>()
  for (const network of networks)
    if (network !== undefined)
      for (const ids of [largeMapKeys(network.members), largeMapKeys(network.clientIds)])
        for (const memberId of ids) memberIds.add(memberId)
  return [...memberIds].sort()
}

/** A client's is that of its gateway. */
const hostOf = (state: MeshState, memberId: MemberId): HostId | undefined => {
  const nodeId = largeMapGet(state.clients, memberId as ClientId)?.gatewayId ?? (memberId as NodeId)
  return largeMapGet(state.nodes, nodeId)?.hostId
}

/** Every text in the events: ids among them. */
const namedIn = (events: readonly MeshEvent[]): ReadonlySet<string> => {
  const texts = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value === 'string') texts.add(value)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk)
  }
  walk(events)
  return texts
}

/** Both ways; those of the first kind with all others come first. */
function* pairsOf(kinds: readonly Kind[]): Generator<readonly [Kind, Kind]> {
  for (const [at, one] of kinds.entries())
    for (const other of kinds.slice(at)) {
      if (one !== other && other.place === null) yield [other, one]
      if (one.place === null && (one !== other || one.memberIds.length > 1)) yield [one, other]
    }
}

/** Those that reach the same with the same become one, then those that the same reach. */
const joined = (found: readonly ReachedMembers[]): readonly ReachedMembers[] =>
  joinedBy(joinedBy(found, 'from', 'to'), 'to', 'from')

const joinedBy = (found: readonly ReachedMembers[], side: 'from' | 'to', other: 'from' | 'to'): ReachedMembers[] => {
  const groups = new Map<string, ReachedMembers[]>()
  for (const each of found) {
    const key = JSON.stringify([each.networkId, each[other], each.traffic])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [each])
    else group.push(each)
  }
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first === undefined
      ? []
      : [{ ...first, [side]: [...new Set([first, ...rest].flatMap((each) => each[side]))].sort() }],
  )
}

const distinct = (traffics: readonly PacketTraffic[]): readonly PacketTraffic[] => {
  const known = new Map(traffics.map((traffic) => [JSON.stringify(traffic), traffic]))
  return [...known.values()]
}
