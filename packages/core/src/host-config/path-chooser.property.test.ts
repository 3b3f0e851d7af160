import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { handMadeConfig, handMadePeer, hop, sampleNetwork, sampleWireguardKey } from '../../test/hand-made-config.js'
import { lawRuns } from '../../test/law-runs.js'
import { pairIdOf } from '../mesh/mesh-state.js'
import {
  clientId,
  comparePrefixes,
  type EgressId,
  egressId,
  type HostId,
  hostId,
  hostPrefix,
  type IpPrefix,
  ipPrefix,
  networkId,
} from '../values/index.js'
import { choosePaths } from './choose-paths.js'
import type { ChosenPaths, PeerHealth } from './chosen-paths.js'
import {
  type ClientPeer,
  type HostConfig,
  internetPathKey,
  type Path,
  type PathTarget,
  pathKey,
  type RoutedEgress,
} from './host-config.js'
import { createPathChooser, type PathChooser, type PathsChange } from './path-chooser.js'
import { sticksToHop } from './path-facts.js'
import { isNewerVector, type PathVector } from './path-vector.js'

const viewer = hostId('h0')
const hosts = ['h0', 'h1', 'h2', 'h3', 'h4', 'h5'].map(hostId)
const others = hosts.slice(1)
const egresses = ['e0', 'e1'].map(egressId)
const prefixes = ['10.0.0.1/32', '10.0.0.2/32', '10.0.0.0/24', '10.0.1.0/24', '0.0.0.0/0', 'fd00::1/128'].map(ipPrefix)

const anyHost = fc.constantFrom(...hosts)
const otherHost = fc.constantFrom(...others)
const list = fc.uniqueArray(anyHost, { maxLength: 4 }).map((ids) => ids.map(hop))
const routers = fc
  .uniqueArray(otherHost, { maxLength: 3 })
  .chain((ids) =>
    fc.tuple(...ids.map((id) => fc.integer({ min: 1, max: 2 }).map((metric) => ({ ...hop(id), metric })))),
  )
const anyEgress = fc.constantFrom(...egresses)
const somePrefixes = fc.uniqueArray(fc.constantFrom(...prefixes), { maxLength: 2 })

const nodeTarget = (id: HostId): fc.Arbitrary<PathTarget> =>
  fc.oneof(
    fc.constant({ kind: 'direct' as const, ...hop(id) }),
    fc.record({
      kind: fc.constant('relayed' as const),
      nodeId: fc.constant(hop(id).nodeId),
      hostId: fc.constant(id),
      gateways: list,
      isAttached: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('pair' as const),
      pairId: fc.constant(pairIdOf(hop(viewer).nodeId, hop(id).nodeId)),
      nodeId: fc.constant(hop(id).nodeId),
      hostId: fc.constant(id),
      owner: fc.constantFrom(viewer, id),
      gateways: list,
    }),
  )
const egressTarget = (id: EgressId) =>
  fc.record({
    kind: fc.constantFrom('leaving' as const, 'routed' as const),
    egressId: fc.constant(id),
    routers,
    fallbackToWider: fc.boolean(),
  })
const withPrefixes = (key: Path['key'], to: fc.Arbitrary<PathTarget>): fc.Arbitrary<Path> =>
  fc.record({ key: fc.constant(key), networkId: fc.constant(sampleNetwork), prefixes: somePrefixes, to })
const anyPath: fc.Arbitrary<Path> = fc.oneof(
  { weight: 4, arbitrary: otherHost.chain((id) => withPrefixes(pathKey('node', hop(id).nodeId), nodeTarget(id))) },
  otherHost.chain((id) =>
    withPrefixes(pathKey('clients', hop(id).nodeId), fc.constant({ kind: 'behind-node', ...hop(id) })),
  ),
  anyEgress.chain((id) => withPrefixes(pathKey('egress', id), egressTarget(id))),
  fc.constantFrom(sampleNetwork, networkId('other')).chain((id) =>
    withPrefixes(
      pathKey('network', id),
      list.map((gateways) => ({ kind: 'own-gateway' as const, nodeId: hop(viewer).nodeId, gateways })),
    ),
  ),
  withPrefixes(
    internetPathKey,
    list.map((gateways) => ({ kind: 'internet' as const, gateways })),
  ),
)
const anyHealth: fc.Arbitrary<PeerHealth | undefined> = fc.option(
  fc.record({ state: fc.constantFrom('up' as const, 'down' as const), roundTripMs: fc.option(fc.nat(3)) }),
  { nil: undefined },
)
const anyVector: fc.Arbitrary<PathVector> = fc.record({
  hostId: otherHost,
  sequence: fc.integer({ min: 1, max: 30 }),
  gatewayIds: fc.uniqueArray(anyHost, { maxLength: 4 }).map((ids) => ids.map((id) => hop(id).nodeId)),
  servedEgressIds: fc.subarray([...egresses]),
})
const anyRouting: fc.Arbitrary<readonly RoutedEgress[]> = fc.uniqueArray(
  fc.record({
    egressId: anyEgress,
    ranges: fc.constant([]),
    before: fc.uniqueArray(otherHost, { maxLength: 2 }).map((ids) => ids.map(hop)),
    routers: fc.constant([]),
  }),
  { selector: (routed) => routed.egressId },
)
const anyClient: fc.Arbitrary<ClientPeer> = fc.record({
  clientId: fc.constantFrom('c0', 'c1').map(clientId),
  name: fc.constant('client' as never),
  wireguardKey: fc.constant(sampleWireguardKey),
  sets: fc.constant([]),
  prefixes: somePrefixes,
})

/** What one step changes; `gone` of its parts leave, the others come. */
interface Change {
  readonly gone: boolean
  readonly peers: readonly HostId[]
  readonly paths: readonly Path[]
  readonly clients: readonly ClientPeer[]
  readonly routing: readonly RoutedEgress[] | undefined
  readonly unservable: ReadonlySet<EgressId> | undefined
  readonly health: readonly (readonly [HostId, PeerHealth | undefined])[]
  readonly vectors: readonly PathVector[]
}
const few = <A>(arbitrary: fc.Arbitrary<A>) => fc.oneof(fc.constant([]), fc.array(arbitrary, { maxLength: 2 }))
const anyChange: fc.Arbitrary<Change> = fc.record({
  gone: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
  peers: few(otherHost),
  paths: few(anyPath),
  clients: few(anyClient),
  routing: fc.option(anyRouting, { nil: undefined, freq: 4 }),
  unservable: fc.option(
    fc.subarray([...egresses]).map((ids) => new Set(ids)),
    { nil: undefined, freq: 6 },
  ),
  health: few(fc.tuple(otherHost, anyHealth)),
  vectors: few(anyVector),
})
const anyStart = fc.record({
  peers: fc.subarray([...others], { minLength: 3 }),
  paths: fc.array(anyPath, { maxLength: 12 }),
  routing: anyRouting,
})

/** The same changes, taken whole: the config anew, `choosePaths` over all of it. */
class Whole {
  config: HostConfig
  readonly health = new Map<HostId, PeerHealth>()
  readonly vectors = new Map<HostId, PathVector>()
  unservable: ReadonlySet<EgressId> = new Set()
  chosen: ChosenPaths

  constructor(config: HostConfig) {
    this.config = config
    this.chosen = choosePaths(config, this.health, this.vectors, undefined)
  }

  take(change: Change): void {
    const peers = new Map(this.config.peers)
    const paths = new Map(this.config.paths)
    const clients = new Map(this.config.clients)
    for (const id of change.peers) put(peers, id, change.gone ? undefined : handMadePeer(id))
    for (const path of change.paths) put(paths, path.key, change.gone ? undefined : path)
    for (const client of change.clients) put(clients, client.clientId, change.gone ? undefined : client)
    for (const [id, state] of change.health) put(this.health, id, state)
    for (const vector of change.vectors)
      if (isNewerVector(vector, this.vectors.get(vector.hostId))) this.vectors.set(vector.hostId, vector)
    this.unservable = change.unservable ?? this.unservable
    this.config = { ...this.config, peers, paths, clients, routing: change.routing ?? this.config.routing }
    this.chosen = choosePaths(this.config, this.health, this.vectors, this.chosen, this.unservable)
  }
}

const put = <K, V>(map: Map<K, V>, key: K, value: V | undefined): void => {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}

const changeFor = (change: Change): PathsChange => ({
  peers: change.peers.map((id) => [id, change.gone ? undefined : handMadePeer(id)] as const),
  paths: change.paths.map((path) => [path.key, change.gone ? undefined : path] as const),
  clients: change.clients.map((client) => [client.clientId, change.gone ? undefined : client] as const),
  ...(change.routing && { routing: change.routing }),
  ...(change.unservable && { unservable: change.unservable }),
  health: change.health,
  vectors: change.vectors,
})

const plain = ({ hops, allowedIps, vector, memory }: ChosenPaths) => ({
  hops: Object.fromEntries([...hops].sort()),
  allowedIps: Object.fromEntries([...allowedIps].sort()),
  vector,
  followed: Object.fromEntries([...memory.followed].sort()),
  heldBack: memory.heldBack,
})

/** What the next life of the host has to know. */
const rememberedOf = ({ config, chosen }: Whole) => {
  const { hops, allowedIps: _, ...rest } = plain(chosen)
  const sticky = [...config.paths.values()].filter(sticksToHop).map(({ key }) => [key, hops[key]] as const)
  return { ...rest, hops: Object.fromEntries(sticky.filter(([, hop]) => hop !== undefined)) }
}

const startOf = ({
  peers,
  paths,
  routing,
}: {
  peers: readonly HostId[]
  paths: readonly Path[]
  routing: readonly RoutedEgress[]
}) => handMadeConfig({ viewer, peers, paths: new Map(paths.map((path) => [path.key, path])).values(), routing })

describe('paths chosen change by change', () => {
  test('are those chosen from the whole', async () => {
    await fc.assert(
      fc.property(anyStart, fc.array(anyChange, { maxLength: 8 }), (start, changes) => {
        const whole = new Whole(startOf(start))
        const chooser = createPathChooser(startOf(start))
        expect(plain(chooser.chosen)).toEqual(plain(whole.chosen))
        for (const change of changes) {
          const before = new Map(chooser.chosen.allowedIps)
          const vector = chooser.chosen.vector
          const remembered = rememberedOf(whole)
          whole.take(change)
          const step = chooser.update(changeFor(change))
          expect(plain(chooser.chosen)).toEqual(plain(whole.chosen))
          expect([...step.hosts].sort()).toEqual(changedHosts(before, chooser))
          expect(step.isVectorChanged).toBe(JSON.stringify(vector) !== JSON.stringify(chooser.chosen.vector))
          if (!step.isMemoryChanged) expect(rememberedOf(whole)).toEqual(remembered)
        }
      }),
      lawRuns(3),
    )
  })

  test('nothing moves when nothing changed', async () => {
    await fc.assert(
      fc.property(anyStart, fc.array(anyChange, { maxLength: 5 }), (start, changes) => {
        const whole = new Whole(startOf(start))
        for (const change of changes) whole.take(change)
        const { config, health, vectors, chosen, unservable } = whole
        expect(plain(choosePaths(config, health, vectors, chosen, unservable))).toEqual(plain(chosen))
      }),
      lawRuns(),
    )
  })

  test('every prefix is on one peer at most, and on the hop of the path that has it', async () => {
    await fc.assert(
      fc.property(anyStart, fc.array(anyChange, { maxLength: 5 }), (start, changes) => {
        const whole = new Whole(startOf(start))
        for (const change of changes) {
          whole.take(change)
          expectSound(whole.config, whole.chosen)
        }
      }),
      lawRuns(),
    )
  })
})

const changedHosts = (before: ReadonlyMap<HostId, readonly IpPrefix[]>, { chosen }: PathChooser): readonly HostId[] =>
  hosts.filter((id) => JSON.stringify(before.get(id)) !== JSON.stringify(chosen.allowedIps.get(id)))

const expectSound = (config: HostConfig, { hops, allowedIps }: ChosenPaths): void => {
  expect([...allowedIps.keys()].sort()).toEqual([...config.peers.keys()].sort())
  const holders = new Map<IpPrefix, HostId>()
  for (const [id, list] of allowedIps) {
    expect(list).toEqual([...list].sort(comparePrefixes))
    for (const prefix of list) {
      expect(holders.get(prefix)).toBeUndefined()
      holders.set(prefix, id)
    }
  }
  for (const { hostId: id, controlAddress4, controlAddress6 } of config.peers.values())
    for (const address of [controlAddress4, controlAddress6]) expect(holders.get(hostPrefix(address))).toBe(id)
  const ofClients = new Set([...config.clients.values()].flatMap((client) => client.prefixes))
  for (const prefix of prefixes) {
    const claims = [...config.paths.values()].filter((path) => path.prefixes.includes(prefix))
    const ways = new Set(claims.map(({ key }) => hops.get(key)))
    if (ofClients.has(prefix) || claims.length === 0) expect(holders.get(prefix)).toBeUndefined()
    else expect(ways).toContain(holders.get(prefix))
  }
  for (const hop of hops.values()) expect(config.peers.has(hop)).toBe(true)
}
