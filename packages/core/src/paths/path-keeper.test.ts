import { describe, expect, test } from 'vitest'
import { handMadeConfig, hop, sampleNetwork } from '../../test/hand-made-config.js'
import type { HostConfig, Path } from '../host-config/host-config.js'
import { pathKey } from '../host-config/host-config.js'
import type { SignedVector } from '../protocol/path-message.js'
import { type HostId, hostId, ipPrefix } from '../values/index.js'
import { PathKeeper } from './path-keeper.js'
import { noPathMemory, type PathStep } from './path-step.js'

const [gateOne, gateTwo, laptop, third] = ['g1', 'g2', 'laptop', 'third'].map(hostId) as [
  HostId,
  HostId,
  HostId,
  HostId,
]
const wholeNetwork: Path = {
  key: pathKey('network', sampleNetwork),
  networkId: sampleNetwork,
  prefixes: [ipPrefix('10.0.0.0/24')],
  to: { kind: 'own-gateway', nodeId: hop(laptop).nodeId, gateways: [gateOne, gateTwo].map(hop) },
}
const relayed = (viewer: HostId): Path => ({
  key: pathKey('node', hop(laptop).nodeId),
  networkId: sampleNetwork,
  prefixes: [ipPrefix('10.0.0.9/32')],
  to: { kind: 'relayed', ...hop(laptop), gateways: [gateOne, gateTwo].map(hop), isAttached: viewer !== third },
})
const direct = (to: HostId, number: number): Path => ({
  key: pathKey('node', hop(to).nodeId),
  networkId: sampleNetwork,
  prefixes: [ipPrefix(`10.0.0.${number}/32`)],
  to: { kind: 'direct', ...hop(to) },
})
const laptopConfig = handMadeConfig({
  viewer: laptop,
  peers: [gateOne, gateTwo],
  paths: [wholeNetwork],
  probes: [gateOne, gateTwo],
})
const gatewayConfig = handMadeConfig({
  viewer: gateOne,
  peers: [gateTwo, laptop, third],
  paths: [relayed(gateOne), direct(gateTwo, 2), direct(third, 3)],
})
const thirdConfig = handMadeConfig({
  viewer: third,
  peers: [gateOne, gateTwo],
  paths: [relayed(third), direct(gateOne, 1), direct(gateTwo, 2)],
})
const vectorOf = (
  from: HostId,
  sequence: number,
  gateways: readonly HostId[],
  signature = 'genuine',
): SignedVector => ({
  hostId: from,
  sequence,
  gatewayIds: gateways.map((gateway) => hop(gateway).nodeId),
  servedEgressIds: [],
  signature,
})

const keeperOf = (config: HostConfig, memory = noPathMemory): PathKeeper => {
  let probes = 0
  return new PathKeeper({
    config,
    memory,
    sign: () => 'genuine',
    isGenuine: ({ signature }) => signature === 'genuine',
    nextProbeId: () => ++probes,
  })
}
const at = (nowMs: number) => ({ nowMs, unixMs: 1_000_000 + nowMs })
const said = ({ datagrams }: PathStep, to?: HostId) =>
  datagrams.filter((datagram) => to === undefined || datagram.to === to).map(({ message }) => message)

/** Probes the laptop's gateways for so long; `answer` says what becomes of each probe. */
const probeUntil = (
  keeper: PathKeeper,
  [fromMs, untilMs]: readonly [number, number],
  answer: (target: HostId) => 'echo' | 'refusal' | 'nothing',
): void => {
  for (let nowMs = keeper.wakesAtMs ?? fromMs; nowMs < untilMs; nowMs = keeper.wakesAtMs ?? untilMs) {
    for (const { to, message } of keeper.wake(at(nowMs)).datagrams) {
      if (message.type !== 'probe') continue
      const outcome = answer(to)
      if (outcome === 'refusal') keeper.refused(to, at(nowMs + 1))
      if (outcome === 'echo')
        keeper.receive(
          to,
          { type: 'echo', id: message.id, held: 0, vector: null, seenAt: null, isServerLost: false },
          at(nowMs + 1),
        )
    }
  }
}
const gatewayOf = (keeper: PathKeeper) => keeper.chooser.chosen.hops.get(wholeNetwork.key)

describe('F3 the paths of one host', () => {
  test('a gateway that is silent is left within 3 s, and the new one learns of it first', () => {
    const keeper = keeperOf(laptopConfig)
    keeper.start(at(0))
    probeUntil(keeper, [0, 5000], () => 'echo')
    expect(gatewayOf(keeper)).toBe(gateOne)
    probeUntil(keeper, [5000, 8000], (target) => (target === gateOne ? 'nothing' : 'echo'))
    expect(gatewayOf(keeper)).toBe(gateTwo)
    expect(keeper.ownVector?.gatewayIds).toEqual([hop(gateTwo).nodeId])
    const step = keeper.receive(
      gateTwo,
      { type: 'probe', id: 7, vector: null, echoAgeMs: null, asksWhere: false },
      at(8100),
    )
    expect(said(step)).toMatchObject([{ type: 'echo', vector: { gatewayIds: [hop(gateTwo).nodeId] } }])
  })

  test('one whose agent is away is kept, however long', () => {
    const keeper = keeperOf(laptopConfig)
    keeper.start(at(0))
    probeUntil(keeper, [0, 5000], () => 'echo')
    probeUntil(keeper, [5000, 60_000], (target) => (target === gateOne ? 'refusal' : 'echo'))
    expect(gatewayOf(keeper)).toBe(gateOne)
  })

  test('an echo of another host, or of a number that nobody sent, proves nothing', () => {
    const keeper = keeperOf(laptopConfig)
    keeper.start(at(0))
    keeper.wake(at(0))
    for (const from of [gateOne, gateTwo])
      for (const id of [3, from === gateOne ? 2 : 1])
        keeper.receive(from, { type: 'echo', id, held: 0, vector: null, seenAt: null, isServerLost: false }, at(1))
    expect([...keeper.health.values()].map(({ state }) => state)).toEqual(['unproven', 'unproven'])
  })

  test('a gateway passes a vector on to those who may send there, once it names the gateway', () => {
    const keeper = keeperOf(gatewayConfig)
    keeper.start(at(0))
    keeper.receive(laptop, { type: 'vectors', vectors: [vectorOf(laptop, 5, [gateTwo, gateOne])] }, at(10))
    expect(said(keeper.wake(at(1000)))).toEqual([])
    const vector = vectorOf(laptop, 6, [gateOne])
    const taken = keeper.receive(laptop, { type: 'vectors', vectors: [vector] }, at(1100))
    expect(said(taken, laptop)).toEqual([{ type: 'held', held: [{ hostId: laptop, sequence: 6 }] }])
    const step = keeper.wake(at(1200))
    expect(step.datagrams.map(({ to }) => to).sort()).toEqual([gateTwo, third])
    expect(said(step, third)).toEqual([{ type: 'vectors', vectors: [vector] }])
  })

  describe('a host whose disk was put back to an earlier state', () => {
    const earlier = vectorOf(laptop, 500_000, [gateOne, gateTwo])
    const restored = () => {
      const memory = { ...noPathMemory, own: { newest: earlier, released: earlier } }
      const keeper = keeperOf(laptopConfig, memory)
      keeper.start(at(0))
      keeper.wake(at(0))
      return keeper
    }
    const holds = (keeper: PathKeeper, from: HostId, sequence: number, nowMs: number) =>
      keeper.receive(from, { type: 'held', held: [{ hostId: laptop, sequence }] }, at(nowMs))

    test('overtakes what others hold of it, and its gateway learns of that first', () => {
      const keeper = restored()
      expect(keeper.ownVector).toBe(earlier)
      expect(holds(keeper, gateTwo, 900_000, 10).isMemoryChanged).toBe(true)
      expect(keeper.ownVector).toMatchObject({ sequence: 1_000_010, gatewayIds: earlier.gatewayIds })
      expect(keeper.memory.own.released).toBe(undefined)
      const told = keeper.wake(at(200)).datagrams.filter(({ message }) => message.type === 'vectors')
      expect(told.map(({ to }) => to)).toEqual([gateOne])
      holds(keeper, gateOne, 1_000_010, 250)
      expect(keeper.memory.own.released).toBe(keeper.ownVector)
    })

    test('is not talked into it by who holds what it told, less, or what can not be', () => {
      const keeper = restored()
      for (const sequence of [0, 499_999, 500_000, 1_000_000 + 86_400_011, Number.MAX_SAFE_INTEGER])
        holds(keeper, gateTwo, sequence, 10)
      expect(keeper.ownVector).toBe(earlier)
    })

    test('tells something newer once in ten seconds, whatever others say', () => {
      const keeper = restored()
      for (let nowMs = 10; nowMs < 20_000; nowMs += 10)
        holds(keeper, gateTwo, (keeper.ownVector?.sequence ?? 0) + 1, nowMs)
      expect(keeper.ownVector?.sequence).toBe(1_010_010)
    })
  })

  test('a vector that its host has not signed moves nothing; one of an unknown host is not asked for again', () => {
    const keeper = keeperOf(thirdConfig)
    keeper.start(at(0))
    const forged = vectorOf(laptop, 9, [gateTwo], 'forged')
    const unknown = vectorOf(hostId('stranger'), 4, [gateTwo])
    const step = keeper.receive(gateOne, { type: 'vectors', vectors: [forged, unknown] }, at(10))
    expect(step.hosts.size).toBe(0)
    expect(said(step)).toEqual([
      {
        type: 'held',
        held: [
          { hostId: laptop, sequence: 0 },
          { hostId: unknown.hostId, sequence: 4 },
        ],
      },
    ])
    expect(keeper.vectors.size).toBe(0)
  })

  test('what a restart has to know is no other because a peer came, moved or went, or a vector was told again', () => {
    const keeper = keeperOf(thirdConfig)
    keeper.start(at(0))
    const path = direct(laptop, 9)
    const { peers } = handMadeConfig({ viewer: third, peers: [gateOne, gateTwo, laptop], paths: [] })
    const config = { ...thirdConfig, peers, paths: new Map(thirdConfig.paths).set(path.key, path) }
    const came = keeper.takeConfig(config, { peers: peers, paths: [[path.key, path]] }, at(10))
    expect(came.hosts.has(laptop)).toBe(true)
    expect(came.isMemoryChanged).toBe(false)
    const vectors = [vectorOf(laptop, 5, [gateOne])]
    expect(keeper.receive(gateOne, { type: 'vectors', vectors }, at(20)).isMemoryChanged).toBe(true)
    expect(keeper.receive(gateOne, { type: 'vectors', vectors }, at(30)).isMemoryChanged).toBe(false)
    const change = { peers: [[laptop, undefined]], paths: [[path.key, undefined]] } as const
    const left = keeper.takeConfig({ ...thirdConfig, paths: new Map() }, change, at(40))
    expect([left.hosts.has(laptop), left.isMemoryChanged]).toEqual([true, true])
  })

  test('what a stranger sends is not even answered', () => {
    const keeper = keeperOf(thirdConfig)
    keeper.start(at(0))
    expect(
      said(
        keeper.receive(
          hostId('stranger'),
          { type: 'probe', id: 1, vector: null, echoAgeMs: null, asksWhere: false },
          at(1),
        ),
      ),
    ).toEqual([])
  })

  test('who comes to know of a relayed node asks its gateways where it is', () => {
    const before = handMadeConfig({ viewer: third, peers: [gateOne, gateTwo], paths: [direct(gateOne, 1)] })
    const keeper = keeperOf(before)
    keeper.start(at(0))
    const path = relayed(third)
    const step = keeper.takeConfig(thirdConfig, { paths: [[path.key, path]] }, at(10))
    const wanted = { type: 'held', held: [{ hostId: laptop, sequence: 0 }] } as const
    expect(step.datagrams).toEqual([gateOne, gateTwo].map((to) => ({ to, message: wanted })))
    const gateway = keeperOf(gatewayConfig)
    gateway.start(at(0))
    const vector = vectorOf(laptop, 6, [gateOne])
    gateway.receive(laptop, { type: 'vectors', vectors: [vector] }, at(0))
    gateway.wake(at(100))
    gateway.receive(third, { type: 'held', held: [{ hostId: laptop, sequence: 6 }] }, at(110))
    gateway.receive(third, wanted, at(200))
    expect(said(gateway.wake(at(260)), third)).toEqual([{ type: 'vectors', vectors: [vector] }])
  })
})
