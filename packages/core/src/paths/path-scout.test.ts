import { describe, expect, test } from 'vitest'
import { handMadeConfig, handMadePair, handMadePeer, hop, sampleNetwork } from '../../test/hand-made-config.js'
import { type HostConfig, type Path, pathKey } from '../host-config/host-config.js'
import type { ReportedObservation } from '../protocol/observation.js'
import type { ObservedPeer } from '../reconcile/observed-host.js'
import { encodeBase64, epochMs, type HostId, hostId, ipPrefix, wireguardPublicKey } from '../values/index.js'
import { PathScout } from './path-scout.js'

const [gate, own, other] = ['gate', 'h1', 'h2'].map(hostId) as [HostId, HostId, HostId]
const keyOf = (to: HostId) => wireguardPublicKey(encodeBase64(new Uint8Array(32).fill(to.length), 'standard'))
const pathTo = (to: HostId, target: Path['to']): Path => ({
  key: pathKey('node', hop(to).nodeId),
  networkId: sampleNetwork,
  prefixes: [ipPrefix(to === gate ? '10.0.0.9/32' : '10.0.0.2/32')],
  to: target,
})
const configOf = (viewer: HostId, isPair: boolean): HostConfig => {
  const far = viewer === own ? other : own
  const target: Path['to'] = isPair
    ? { kind: 'pair', pairId: handMadePair(own, other, [gate]).pairId, ...hop(far), owner: own, gateways: [hop(gate)] }
    : { kind: 'direct', ...hop(far) }
  const config = handMadeConfig({
    viewer,
    peers: [gate, far],
    paths: [pathTo(gate, { kind: 'direct', ...hop(gate) }), pathTo(far, target)],
    pairs: isPair ? [handMadePair(own, other, [gate])] : [],
  })
  const peers = new Map([gate, far].map((to) => [to, { ...handMadePeer(to), wireguardKey: keyOf(to) }]))
  return { ...config, peers }
}

/** A scout with what happens to it, second by second. */
class Story {
  readonly scout: PathScout
  readonly said: { readonly atMs: number; readonly what: ReportedObservation }[] = []
  readonly probed: {
    readonly atMs: number
    readonly to: HostId
    readonly echoAgeMs: number | null
    asksWhere: false
  }[] = []
  nowMs = 0
  #probes = 0
  #sent = 0
  #received = 0
  readonly #answers: (to: HostId, nowMs: number) => boolean

  constructor(config: HostConfig, answers: (to: HostId, nowMs: number) => boolean) {
    this.#answers = answers
    this.scout = new PathScout(config, () => ++this.#probes)
    this.scout.takeConfig(config, 0)
  }

  /** The other end's counters, read at this moment. */
  look({ sent, received, connected = true }: { sent: number; received: number; connected?: boolean }): void {
    this.#sent += sent
    this.#received += received
    const peer: ObservedPeer = {
      publicKey: keyOf(other),
      endpoint: undefined,
      allowedIps: [],
      latestHandshakeAtEpochMs: connected ? epochMs(1_000_000) : undefined,
      receivedBytes: this.#received,
      sentBytes: this.#sent,
      keepaliveSeconds: 0,
    }
    this.scout.look(new Map([[peer.publicKey, peer]]), 1_000_000 + this.nowMs, this.nowMs)
  }

  pass(ms: number): void {
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs; this.nowMs += 100) {
      if ((this.scout.wakesAtMs ?? untilMs) > this.nowMs && this.nowMs % 3000 !== 0) continue
      const { probes, observations } = this.scout.wake(this.nowMs)
      for (const what of observations) this.said.push({ atMs: this.nowMs, what })
      for (const { to, message } of probes) {
        if (message.type !== 'probe') continue
        this.probed.push({ atMs: this.nowMs, to, echoAgeMs: message.echoAgeMs, asksWhere: false })
        const echo = { type: 'echo', id: message.id, held: 0, vector: null, seenAt: null, isServerLost: false } as const
        if (this.#answers(to, this.nowMs)) this.scout.receive(to, echo, this.nowMs + 7)
      }
    }
  }

  of<T extends ReportedObservation['type']>(type: T): readonly Extract<ReportedObservation, { type: T }>[] {
    return this.said.flatMap(({ what }) =>
      what.type === type ? [what as Extract<ReportedObservation, { type: T }>] : [],
    )
  }
}

describe('C4 a pair that can not connect', () => {
  test('is told once nothing came for 15 s and three probes were missed, and again while it is so', () => {
    const story = new Story(configOf(own, false), () => false)
    story.look({ sent: 100, received: 100 })
    for (let second = 0; second < 33; second += 3) {
      story.pass(3000)
      story.look({ sent: 100, received: 0 })
    }
    const told = story.of('pair-unreachable')
    expect(told.length).toBeGreaterThan(1)
    expect(told[0]).toMatchObject({
      nodeId: hop(own).nodeId,
      otherNodeId: hop(other).nodeId,
      failure: { kind: 'broken' },
    })
    for (const { failure } of told)
      if (failure.kind === 'broken') {
        expect(failure.unansweredForMs).toBeGreaterThanOrEqual(15_000)
        expect(failure.missedProbes).toBeGreaterThanOrEqual(3)
      }
    expect(story.said[0]?.atMs).toBeLessThan(20_000)
  })

  test('is not told while it answers probes, nor when its agent is away', () => {
    for (const isRefused of [false, true]) {
      const story = new Story(configOf(own, false), () => !isRefused)
      for (let second = 0; second < 40; second += 3) {
        story.look({ sent: 100, received: 0 })
        story.pass(3000)
        if (isRefused) story.scout.refused(other, story.nowMs)
      }
      expect(story.of('pair-unreachable')).toEqual([])
    }
  })

  test('is told after 10 s where there never was a handshake; not when nothing was sent', () => {
    for (const sent of [148, 0]) {
      const story = new Story(configOf(own, false), () => false)
      for (let second = 0; second < 15; second += 3) {
        story.look({ sent, received: 0, connected: false })
        story.pass(3000)
      }
      const told = story.of('pair-unreachable').map(({ failure }) => failure.kind)
      expect(told).toEqual(sent === 0 ? [] : ['never-connected'])
    }
  })
})

test('C3 relays that are asked for are measured for two seconds', () => {
  const story = new Story(configOf(own, false), (to) => to === gate)
  const [nodeId, otherNodeId] = [hop(own).nodeId, hop(other).nodeId]
  const gatewayIds = [hop(gate).nodeId, hop(hostId('nobody')).nodeId]
  story.scout.wants({ type: 'probe-relays', nodeId, otherNodeId, gatewayIds, forMs: 2000 }, 0)
  story.pass(5000)
  const probed = [
    { gatewayId: gatewayIds[0], roundTripMs: 7 },
    { gatewayId: gatewayIds[1], roundTripMs: null },
  ]
  expect(story.said).toEqual([{ atMs: 2000, what: { type: 'relays-probed', nodeId, otherNodeId, probed } }])
  expect(story.probed.length).toBeGreaterThan(1)
})

describe('C5 direct trials of a relayed pair', () => {
  test('come less and less often, last ten seconds, and come at once after a change of the network', () => {
    const story = new Story(configOf(own, true), () => false)
    story.pass(120_000)
    const begins = story.probed.map(({ atMs }) => atMs).filter((atMs, at, all) => atMs - (all[at - 1] ?? -9000) > 3000)
    expect(begins).toEqual([5000, 25_000, 55_000, 105_000])
    story.scout.networkChanged(story.nowMs)
    const { length } = story.probed
    story.pass(1000)
    expect(story.probed.length).toBeGreaterThan(length)
  })

  test('prove it when both ends were answered, and the owner says so', () => {
    const story = new Story(configOf(own, true), () => true)
    story.pass(6500)
    expect(story.of('pair-direct')).toEqual([])
    story.scout.receive(other, { type: 'probe', id: 1, vector: null, echoAgeMs: 20, asksWhere: false }, story.nowMs)
    story.pass(500)
    expect(story.of('pair-direct')[0]).toMatchObject({ otherEchoAgeMs: 20 })
    expect(story.of('pair-direct')[0]?.ownEchoAgeMs).toBeLessThan(1000)
  })

  test('are followed by the other end half a second later, which tells its own echo', () => {
    const story = new Story(configOf(other, true), () => true)
    story.pass(4000)
    expect(story.probed).toEqual([])
    story.scout.receive(own, { type: 'probe', id: 1, vector: null, echoAgeMs: null, asksWhere: false }, story.nowMs)
    story.pass(3000)
    expect(story.probed[0]).toEqual({ atMs: 4500, to: own, echoAgeMs: null, asksWhere: false })
    expect(story.probed[1]?.echoAgeMs).toBeGreaterThan(500)
    expect(story.of('pair-direct')).toEqual([])
  })
})
