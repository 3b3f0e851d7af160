import { expect, test } from 'vitest'
import { handMadeConfig, handMadePeer } from '../../test/hand-made-config.js'
import type { PeerConfig } from '../host-config/host-config.js'
import type { ObservedPeer } from '../reconcile/observed-host.js'
import { epochMs, hostId, udpEndpoint } from '../values/index.js'
import { ReachedEndpoints } from './reached-endpoints.js'

const own = hostId('host-a')
const [declared, elsewhere] = [udpEndpoint('203.0.113.7:51821'), udpEndpoint('192.168.1.7:51821')]
const gateway: PeerConfig = {
  ...handMadePeer(hostId('host-b')),
  endpoints: [
    { endpoint: declared, origin: 'declared' },
    { endpoint: elsewhere, origin: 'local' },
  ],
}
const configOf = (...peers: readonly PeerConfig[]) => ({
  ...handMadeConfig({ viewer: own, peers: [], paths: [] }),
  peers: new Map(peers.map((peer) => [peer.hostId, peer])),
})
const config = configOf(gateway)

const shown = (
  endpoint: typeof declared,
  handshakeAt?: number,
  peer = gateway,
): [PeerConfig['wireguardKey'], ObservedPeer] => [
  peer.wireguardKey,
  {
    publicKey: peer.wireguardKey,
    endpoint,
    allowedIps: [],
    latestHandshakeAtEpochMs: handshakeAt === undefined ? undefined : epochMs(handshakeAt),
    receivedBytes: 0,
    sentBytes: 0,
    keepaliveSeconds: 0,
  },
]
const none = new Map()
const told = [{ hostId: gateway.hostId, endpoint: declared }]

test('B1 a handshake with a peer at an endpoint that it declared is told', () => {
  const reached = new ReachedEndpoints()
  reached.look(config, new Map([shown(declared)]))
  expect(reached.told).toBeUndefined()
  reached.look(config, new Map([shown(declared, 5000)]))
  expect(reached.told).toEqual({ type: 'endpoints-reached', reached: told })
})

test('B1 so it is for a peer that was made since the last look', () => {
  const reached = new ReachedEndpoints()
  reached.look(config, none)
  reached.look(config, new Map([shown(declared, 5000)]))
  expect(reached.told?.reached).toEqual(told)
})

test('B1 a handshake of another place, or of before, proves nothing', () => {
  const reached = new ReachedEndpoints()
  reached.look(config, new Map([shown(declared, 5000)]))
  reached.look(config, new Map([shown(declared, 5000)]))
  expect(reached.told).toBeUndefined()
  reached.look(config, new Map([shown(elsewhere, 9000)]))
  reached.look(config, new Map([shown(elsewhere, 10_000)]))
  // The endpoint was set again, and nobody has answered there yet.
  reached.look(config, new Map([shown(declared, 10_000)]))
  reached.look(config, new Map([shown(declared, 10_000)]))
  expect(reached.told).toBeUndefined()
  reached.look(config, new Map([shown(declared, 11_000)]))
  expect(reached.told?.reached).toEqual(told)
})

test('B1 a peer that was made anew begins anew', () => {
  const reached = new ReachedEndpoints()
  reached.look(config, new Map([shown(elsewhere, 10_000)]))
  reached.look(config, new Map([shown(declared)]))
  expect(reached.told).toBeUndefined()
  reached.look(config, new Map([shown(declared, 9000)]))
  expect(reached.told?.reached).toEqual(told)
})

test('B1 what was proven stays so while the peer sleeps, and is told as long as it is declared', () => {
  const reached = new ReachedEndpoints()
  reached.look(config, none)
  reached.look(config, new Map([shown(declared, 5000)]))
  reached.look(config, none)
  expect(reached.told?.reached).toEqual(told)
  reached.takeConfig()
  const moved = configOf({ ...gateway, endpoints: [{ endpoint: declared, origin: 'observed' }] })
  reached.look(moved, new Map([shown(declared, 6000)]))
  expect(reached.told).toBeUndefined()
})

test('each host watches some of many, not all the same ones', () => {
  const many = Array.from({ length: 200 }, (_, at) => ({
    ...handMadePeer(hostId(`host-${at}`)),
    endpoints: [{ endpoint: declared, origin: 'declared' } as const],
  }))
  const toldBy = (viewer: string) => {
    const world = { ...configOf(...many), own: { ...config.own, hostId: hostId(viewer) } }
    const reached = new ReachedEndpoints()
    reached.look(world, none)
    reached.look(world, new Map(many.map((peer) => shown(declared, 5000, peer))))
    return reached.told?.reached.map((each) => each.hostId) ?? []
  }
  const viewers = Array.from({ length: 60 }, (_, at) => toldBy(`viewer-${at}`))
  expect(new Set(viewers.map(({ length }) => length))).toEqual(new Set([32]))
  expect(new Set(viewers.flat()).size).toBe(200)
})
