import { describe, expect, test } from 'vitest'
import { desiredHostOf } from '../reconcile/desired-host-of.js'
import {
  encodeBase64,
  type HostId,
  hostId,
  identityPublicKey,
  ipAddress,
  ipPrefix,
  networkId,
  nodeId,
  wireguardPublicKey,
} from '../values/index.js'
import { type ChosenPaths, choosePaths } from './choose-paths.js'
import type { Fragment } from './fragment.js'
import { tableOfSnapshot } from './fragment-table.js'
import { expandHostConfig, type HostConfig } from './host-config.js'

const key = (n: number, lane: number) => encodeBase64(new Uint8Array(32).fill(n).fill(lane, 16), 'standard')
const me = hostId('me')
const [far, gate1, gate2] = [hostId('far'), hostId('gate1'), hostId('gate2')]

/** `me` sees `far` and two gateways; `far` is reached by the list `far-list`. */
const configWith = (hops: readonly ('direct' | HostId)[]): HostConfig => {
  const ids = [me, far, gate1, gate2]
  const host = (id: HostId, n: number): Fragment => ({
    kind: 'host',
    hostId: id,
    name: id as never,
    wireguardKey: wireguardPublicKey(key(n, 1)),
    identityKey: identityPublicKey(key(n, 2)),
    controlAddress4: ipAddress(`198.19.0.${n}`) as never,
    controlAddress6: ipAddress(`fd12:3456:789a::${n}`) as never,
    endpoints: [],
  })
  const node = (id: HostId, n: number): Fragment => ({
    kind: 'node',
    nodeId: nodeId(`n-${id}`),
    hostId: id,
    networkId: networkId('net'),
    addresses: [ipAddress(`10.0.0.${n}`)],
    list: id === far ? 'far-list' : 'direct',
  })
  const self: Fragment = {
    kind: 'self',
    hostId: me,
    wireguardKey: wireguardPublicKey(key(1, 1)),
    listenPort: 51_821,
    mtuBytes: 1420,
    addresses: [ipAddress('10.0.0.1')],
    controlAddress4: ipAddress('198.19.0.1') as never,
    controlAddress6: ipAddress('fd12:3456:789a::1') as never,
    routes: [],
    networks: [networkId('net')],
    keepaliveSeconds: 0,
  }
  const fragments: readonly Fragment[] = [
    self,
    { kind: 'members', networkId: networkId('net'), nodeIds: ids.map((id) => nodeId(`n-${id}`)).sort() },
    { kind: 'gateways', listId: 'far-list', hops },
    ...ids.map((id, n) => node(id, n + 1)),
    ...ids.slice(1).map((id, n) => host(id, n + 2)),
  ]
  return expandHostConfig(tableOfSnapshot(me, { asOf: { epoch: 1, revision: 1 }, fragments })) as HostConfig
}

const none: ReadonlyMap<HostId, never> = new Map<HostId, never>()
const hopToFar = (chosen: ChosenPaths) => chosen.hops.get(nodeId('n-far'))

describe('choosePaths', () => {
  test('a direct path ends at its own host; every peer has its control addresses', () => {
    const chosen = choosePaths(configWith(['direct']), none, none, undefined)
    expect(hopToFar(chosen)).toBe(far)
    expect(chosen.allowedIps.get(far)).toEqual(['10.0.0.2/32', '198.19.0.2/32', 'fd12:3456:789a::2/128'])
    expect(chosen.allowedIps.get(gate1)).toEqual(['10.0.0.3/32', '198.19.0.3/32', 'fd12:3456:789a::3/128'])
  })

  test('the first of the list carries the prefix, and the peer itself keeps its control addresses only', () => {
    const chosen = choosePaths(configWith([gate1, gate2]), none, none, undefined)
    expect(hopToFar(chosen)).toBe(gate1)
    expect(chosen.allowedIps.get(gate1)).toContain('10.0.0.2/32')
    expect(chosen.allowedIps.get(far)).toEqual(['198.19.0.2/32', 'fd12:3456:789a::2/128'])
  })

  test('a hop that is down is passed over, and a path does not move back by itself', () => {
    const config = configWith([gate1, gate2])
    const down = choosePaths(config, new Map([[gate1, 'down'] as const]), none, undefined)
    expect(hopToFar(down)).toBe(gate2)
    expect(hopToFar(choosePaths(config, new Map([[gate1, 'up'] as const]), none, down))).toBe(gate2)
  })

  test('everything down: the first of the list', () => {
    const health = new Map([gate1, gate2].map((id) => [id, 'down'] as const))
    expect(hopToFar(choosePaths(configWith([gate1, gate2]), health, none, undefined))).toBe(gate1)
  })

  test('a vector is followed within the configured list, whatever is current', () => {
    const config = configWith([gate1, gate2])
    const vectors = new Map([[far, { hostId: far, sequence: 7, gateways: [hostId('elsewhere'), gate2, gate1] }]])
    const current = choosePaths(config, none, none, undefined)
    expect(hopToFar(choosePaths(config, none, vectors, current))).toBe(gate2)
  })

  test('a hop that is no peer can carry nothing', () => {
    const chosen = choosePaths(configWith([hostId('elsewhere')]), none, none, undefined)
    expect(hopToFar(chosen)).toBeUndefined()
    expect([...chosen.allowedIps.values()].flat()).not.toContain('10.0.0.2/32')
  })

  test('no prefix belongs to two peers', () => {
    const chosen = choosePaths(configWith([gate2, 'direct']), none, none, undefined)
    const prefixes = [...chosen.allowedIps.values()].flat()
    expect(new Set(prefixes).size).toBe(prefixes.length)
  })
})

test('what the operating system shall have names every peer with its prefixes and all own addresses', () => {
  const config = configWith(['direct'])
  const desired = desiredHostOf(config, choosePaths(config, none, none, undefined))
  expect(desired.addresses).toEqual(['10.0.0.1', '198.19.0.1', 'fd12:3456:789a::1'])
  expect([...desired.peers.keys()].sort()).toEqual([...config.peers.values()].map((peer) => peer.wireguardKey).sort())
  expect(desired.peers.get(config.peers.get(far)?.wireguardKey as never)?.allowedIps).toContain(ipPrefix('10.0.0.2/32'))
})
