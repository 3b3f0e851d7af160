import { describe, expect, test } from 'vitest'
import { handMadePeer } from '../../test/hand-made-config.js'
import type { PeerConfig } from '../host-config/host-config.js'
import type { ObservedPeer } from '../reconcile/observed-host.js'
import { epochMs, hostId, ipAddress, udpEndpoint } from '../values/index.js'
import { nowhere } from './candidate-order.js'
import { EndpointTrials } from './endpoint-trials.js'

const [low, high] = ['host-a', 'host-b'].map(hostId) as [ReturnType<typeof hostId>, ReturnType<typeof hostId>]
const endpoint = (text: string) => ({ endpoint: udpEndpoint(text), origin: 'observed' as const })
const [first, second] = [endpoint('203.0.113.7:51821'), endpoint('198.51.100.7:51821')]

const peerAt = (id: typeof low, endpoints: PeerConfig['endpoints'], keepaliveSeconds = 20): PeerConfig => ({
  ...handMadePeer(id),
  endpoints,
  keepaliveSeconds,
})
const observed = (peer: PeerConfig, shown: Partial<ObservedPeer> = {}) =>
  new Map([
    [
      peer.wireguardKey,
      {
        publicKey: peer.wireguardKey,
        endpoint: undefined,
        allowedIps: [],
        latestHandshakeAtEpochMs: undefined,
        receivedBytes: 0,
        sentBytes: 0,
        keepaliveSeconds: peer.keepaliveSeconds,
        ...shown,
      },
    ],
  ])

/** Which endpoints are tried until then, and when; the host is looked at each time. */
const triesUntil = (
  trials: EndpointTrials,
  peer: PeerConfig,
  [fromMs, untilMs]: readonly [number, number],
  shown: (nowMs: number) => Partial<ObservedPeer> = () => ({}),
): readonly (readonly [number, string])[] => {
  const tries: (readonly [number, string])[] = []
  for (let nowMs = fromMs; nowMs < untilMs; nowMs = Math.max(nowMs + 1, trials.dueAtMs ?? untilMs)) {
    trials.look(observed(peer, shown(nowMs)), 1_000_000 + nowMs, nowMs)
    for (const { endpoint: tried } of trials.takeDue(nowMs)) tries.push([nowMs, tried])
  }
  return tries
}

describe('A7 peers without a session are tried at their endpoints', () => {
  test('one after the other, the best once more, less and less often', () => {
    const trials = new EndpointTrials(low)
    const peer = peerAt(high, [first, second])
    trials.takePeers([[high, peer]], 0)
    const tries = triesUntil(trials, peer, [0, 600_000])
    expect(tries.slice(0, 7)).toEqual([
      [1000, first.endpoint],
      [3000, second.endpoint],
      [5000, first.endpoint],
      [10_000, first.endpoint],
      [12_000, second.endpoint],
      [14_000, first.endpoint],
      [24_000, first.endpoint],
    ])
    expect(tries.filter(([atMs]) => atMs > 300_000).length).toBeLessThanOrEqual(6)
  })

  test('the end with the higher id follows, so that handshakes do not cross', () => {
    const trials = new EndpointTrials(high)
    const peer = peerAt(low, [first])
    trials.takePeers([[low, peer]], 0)
    expect(triesUntil(trials, peer, [0, 5000]).map(([atMs]) => atMs)).toEqual([1500])
  })

  test('at once where it is told to be elsewhere than it is written, and not at all with a session', () => {
    const trials = new EndpointTrials(low)
    const before = peerAt(high, [first])
    trials.takePeers([[high, before]], 0)
    triesUntil(trials, before, [0, 5000], () => ({ endpoint: first.endpoint }))
    const after = peerAt(high, [second, first])
    trials.takePeers([[high, after]], 5000)
    const shown = (nowMs: number) =>
      nowMs < 5500 ? { endpoint: first.endpoint } : { latestHandshakeAtEpochMs: epochMs(1_005_400) }
    expect(triesUntil(trials, after, [5000, 60_000], shown)).toEqual([[5000, second.endpoint]])
    trials.takePeers([[high, before]], 60_000)
    expect(trials.dueAtMs).toBeUndefined()
  })

  test('an own network that is another begins anew', () => {
    const trials = new EndpointTrials(low)
    const peer = peerAt(high, [first, second])
    trials.takePeers([[high, peer]], 0)
    triesUntil(trials, peer, [0, 200_000])
    trials.networkChanged(200_000)
    expect(triesUntil(trials, peer, [200_000, 205_000])).toEqual([
      [200_000, first.endpoint],
      [202_000, second.endpoint],
      [204_000, first.endpoint],
    ])
  })

  test('a single endpoint twice; then WireGuard goes on by itself', () => {
    const trials = new EndpointTrials(low)
    const peer = peerAt(high, [first])
    trials.takePeers([[high, peer]], 0)
    expect(triesUntil(trials, peer, [0, 3_600_000])).toHaveLength(2)
    expect(trials.dueAtMs).toBeUndefined()
  })

  test('nobody to whom this host says nothing', () => {
    const trials = new EndpointTrials(low)
    const peer = peerAt(high, [first, second], 0)
    trials.takePeers([[high, peer]], 0)
    expect(triesUntil(trials, peer, [0, 60_000])).toEqual([])
    const talking = triesUntil(trials, peer, [60_000, 62_000], (nowMs) => ({ sentBytes: nowMs }))
    expect(talking.map(([, tried]) => tried)).toEqual([first.endpoint])
  })

  test('eight at a time, however many there are', () => {
    const trials = new EndpointTrials(low)
    const peers = Array.from({ length: 100 }, (_, number) => peerAt(hostId(`host-b${number}`), [first, second]))
    trials.takePeers(
      peers.map((peer) => [peer.hostId, peer] as const),
      0,
    )
    expect(trials.takeDue(1000)).toHaveLength(8)
    expect(trials.takeDue(1500)).toEqual([])
    expect(trials.takeDue(2000)).toHaveLength(8)
  })

  test('who is due a little later than another does not wait for the next eight', () => {
    const trials = new EndpointTrials(low)
    const [one, other] = ['host-b1', 'host-b2'].map((id) => peerAt(hostId(id), [first, second])) as [
      PeerConfig,
      PeerConfig,
    ]
    trials.takePeers([[one.hostId, one]], 0)
    trials.takePeers([[other.hostId, other]], 40)
    expect(trials.takeDue(1000)).toHaveLength(1)
    expect(trials.takeDue(1040)).toEqual([])
    expect(trials.dueAtMs).toBe(1100)
    expect(trials.takeDue(1100)).toHaveLength(1)
  })

  test('nowhere, where every endpoint is an own one', () => {
    const trials = new EndpointTrials(low)
    const peer = peerAt(high, [{ endpoint: udpEndpoint('192.168.1.10:51821'), origin: 'local' }])
    trials.takePlace({ ...nowhere, addresses: [ipAddress('192.168.1.10')] })
    trials.takePeers([[high, peer]], 0)
    expect(triesUntil(trials, peer, [0, 60_000])).toEqual([])
    expect(trials.dueAtMs).toBeUndefined()
  })
})
