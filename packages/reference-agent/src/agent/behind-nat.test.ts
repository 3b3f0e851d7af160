import { type MeshCommand, udpEndpoint } from '@meshfold/core'
import { sampleJoinNetwork, sampleTime, withHandshake } from '@meshfold/core/testing'
import { beforeEach, expect, test } from 'vitest'
import { sampleAbleHost } from '../../../core/src/testing/sample-gateways.js'
import { nodeCrypto } from '../../../transport-ws/src/node-crypto.js'
import { ControlNet } from '../../test/support/control-net.js'
import { type SampleHost, SampleWorld, sampleKeys, sampleUnderlay } from '../../test/support/sample-world.js'
import { keepInMemory } from '../state/kept-file.js'

/** Host 1 is public, 2 has an address of a LAN alone. */
let world: SampleWorld
let net: ControlNet
let open: SampleHost
let hidden: SampleHost

const outside = udpEndpoint('198.51.100.77:40001')
const lan = sampleUnderlay('192.168.1.10', 'eth0', '192.168.1.0/24')

const endpointsOf = (number: number) =>
  (number === 1 ? ['203.0.113.9:51821', '198.51.100.9:51821'] : ['192.168.1.10:51821']).map((text) => ({
    endpoint: udpEndpoint(text),
    origin: 'local' as const,
  }))

const agentOf = (number: number, keys = sampleKeys()) => {
  const paths = { crypto: nodeCrypto, openControlPort: net.open, store: keepInMemory<never>() }
  const host = world.simulatedHost(keys, number === 2 ? { underlayAddresses: [lan] } : {})
  return world.agentOf(number, keys, { host, paths })
}
const admission = (number: number, { keys }: SampleHost): readonly MeshCommand[] => [
  sampleAbleHost(number, {
    wireguardKey: keys.wireguardKey,
    identityKey: keys.identityKey,
    endpoints: endpointsOf(number),
  }),
  sampleJoinNetwork(1, number),
]
/** What the public host's WireGuard shows of the hidden one. */
const seenByOpen = (endpoint: typeof outside) =>
  open.host.disturb((host) =>
    withHandshake(host, hidden.keys.wireguardKey, { endpoint, atEpochMs: world.clock.nowEpochMs() as never }),
  )
const told = () => {
  const report = world.server.saidBy(hidden.hostId, 'report').at(-1)?.report
  return report?.endpoints.map(({ endpoint, origin }) => `${endpoint} ${origin}`)
}

/** The hidden host sends the public one something each second, and nothing comes back. */
async function speaks(seconds: number): Promise<void> {
  const { wireguardKey } = open.keys
  for (let sent = 1; sent <= seconds; sent += 1) {
    hidden.host.disturb((host) => {
      const peer = host.peers.get(wireguardKey)
      if (peer === undefined) return host
      return { ...host, peers: new Map(host.peers).set(wireguardKey, { ...peer, sentBytes: 148 * sent }) }
    })
    await world.pass(1000)
  }
}

beforeEach(async () => {
  world = new SampleWorld()
  net = new ControlNet(world.timers)
  open = agentOf(1)
  hidden = agentOf(2)
  for (const [at, host] of [open, hidden].entries()) world.server.submit(...admission(at + 1, host))
  for (const { agent } of [open, hidden]) await agent.start()
  await world.pass(1000)
})

test('A7 a host behind a NAT asks where it is seen, and tells that', async () => {
  seenByOpen(outside)
  await world.pass(5000)
  expect(told()).toEqual([`${outside} observed`, '192.168.1.10:51821 local'])
  const asked = net.sent.filter(({ text }) => text.includes('"asksWhere":true'))
  expect(asked.length).toBeGreaterThan(0)
  net.sent.length = 0
  await world.pass(60_000)
  expect(net.sent.filter(({ text }) => text.includes('"asksWhere":true')).length).toBeLessThanOrEqual(3)
})

test('A7 its mapping is another: it is told within half a minute', async () => {
  seenByOpen(outside)
  await world.pass(5000)
  seenByOpen(udpEndpoint('198.51.100.77:40002'))
  await world.pass(25_000)
  expect(told()?.[0]).toBe('198.51.100.77:40002 observed')
})

test('A7 what was read before the host came is of another session: nothing is told of it', async () => {
  open.host.disturb((host) => {
    const peer = host.peers.get(hidden.keys.wireguardKey)
    if (peer === undefined) throw new Error('no peer')
    return { ...host, peers: new Map(host.peers).set(peer.publicKey, { ...peer, endpoint: outside }) }
  })
  await world.pass(8000)
  expect(told()).toEqual(['192.168.1.10:51821 local'])
})

test('A7 it gets another port: it asks at once where that is seen, and tries from there whoever it has not reached', async () => {
  await speaks(40)
  const before = hidden.host.executed.length
  net.sent.length = 0
  world.server.submit({ type: 'UpdateHost', atEpochMs: sampleTime, hostId: hidden.hostId, listenPort: 51_900 })
  await world.pass(100)
  expect(hidden.host.state.interface?.listenPort).toBe(51_900)
  expect(net.sent.some(({ text }) => text.includes('"asksWhere":true'))).toBe(true)
  await world.pass(600)
  const remade = hidden.host.executed.slice(before).filter(({ kind }) => kind === 'remove-peer')
  expect(remade).toEqual([{ kind: 'remove-peer', publicKey: open.keys.wireguardKey }])
})

test('A7 an echo that nobody waits for tells nothing', async () => {
  const [from, to] = [open, hidden].map(({ host }) =>
    host.state.interface?.addresses.find((each) => each.startsWith('198.19.')),
  )
  if (from === undefined || to === undefined) throw new Error('no control addresses')
  const forged = { type: 'echo', id: 7, held: 0, vector: null, seenAt: '203.0.113.66:9', isServerLost: true }
  for (let id = 0; id < 50; id += 1) net.inject(from, to, JSON.stringify({ ...forged, id }))
  await world.pass(8000)
  expect(told()).toEqual(['192.168.1.10:51821 local'])
})

test('A7 a peer to which packets go and that has no session is tried at each of its endpoints, made anew each time', async () => {
  const before = hidden.host.executed.length
  await speaks(30)
  const steps = hidden.host.executed.slice(before)
  const tried = steps.flatMap((step) => (step.kind === 'set-peer' && step.endpoint) || [])
  expect(new Set(tried)).toEqual(new Set(['203.0.113.9:51821', '198.51.100.9:51821']))
  expect(tried.length).toBeLessThanOrEqual(10)
  expect(steps.filter(({ kind }) => kind === 'remove-peer')).toHaveLength(tried.length)
  expect(hidden.greeted).toContain('198.19.0.1')
  expect(world.toDo(hidden)).toEqual([])
})
