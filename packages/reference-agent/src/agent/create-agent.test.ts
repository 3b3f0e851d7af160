import { encodePatchMessage, encodeServerMessage, hostName, projectSnapshot, udpEndpoint } from '@meshfold/core'
import { sampleRegisterHost, sampleTime, withHandshake } from '@meshfold/core/testing'
import { expect, test } from 'vitest'
import { type SampleHost, SampleWorld } from '../../test/support/sample-world.js'

const messages = ({ logged }: SampleHost) => logged.map(({ message }) => message)

test('a fresh agent takes a snapshot, brings its host there, acknowledges it and reports itself', async () => {
  const world = new SampleWorld()
  world.admit(2)
  const sample = await world.started(1)
  expect(world.toDo(sample)).toEqual([])
  expect(sample.host.state.peers.size).toBe(1)
  const { revision } = world.server.state
  expect(world.server.saidBy(sample.hostId, 'ack').at(-1)).toMatchObject({ asOf: { revision }, outcome: 'applied' })
  expect(world.server.saidBy(sample.hostId, 'report').at(-1)?.report).toMatchObject({
    listenPort: 51_821,
    endpoints: [{ endpoint: '203.0.113.9:51821', origin: 'local' }],
    localPrefixes: ['203.0.113.9/32'],
    drift: [],
  })
  expect(messages(sample)).toEqual(['connected', 'snapshot applied'])
})

test('a join is one patch: one host, its node, the members and the names', async () => {
  const world = new SampleWorld()
  const sample = await world.started(1)
  world.admit(2)
  await world.settle()
  expect(world.toDo(sample)).toEqual([])
  const patches = sample.logged.filter(({ message }) => message === 'patch applied')
  expect(patches.map(({ fields }) => fields)).toEqual([
    {
      asOf: { epoch: 1, revision: world.server.state.revision },
      fragments: 4,
      kinds: { host: 1, node: 1, members: 1, names: 1 },
      changes: 1,
      ms: 0,
      together: 1,
    },
  ])
})

test('without a server, a restarted agent brings a fresh host to the same config', async () => {
  const world = new SampleWorld()
  world.admit(2)
  const first = await world.started(1)
  await first.agent.stop()
  await world.server.stop()
  const again = world.agentOf(1, first.keys, { store: first.store })
  await again.agent.start()
  await world.settle()
  expect(world.toDo(again)).toEqual([])
  expect(again.host.state.interface).toEqual(first.host.state.interface)
  expect(messages(again)).toEqual(['last good config applied', 'not connected yet; trying on'])
})

test('after a reboot every peer is greeted, so that it forgets the old session; after a mere restart none is', async () => {
  const world = new SampleWorld()
  world.admit(2)
  world.admit(3)
  const first = await world.started(1)
  await first.agent.stop()
  expect(first.greeted).toEqual([])
  for (const [host, greeted] of [
    [first.host, []],
    [world.simulatedHost(first.keys), ['198.19.0.1', '198.19.0.2']],
  ] as const) {
    const again = world.agentOf(1, first.keys, { store: first.store, host })
    await again.agent.start()
    await world.pass(200)
    expect([...again.greeted].sort()).toEqual(greeted)
    await again.agent.stop()
  }
})

test('a server that was away is resumed with a patch, also when it has forgotten what it sent', async () => {
  for (const forgets of [false, true]) {
    const world = new SampleWorld()
    const sample = await world.started(1)
    await world.server.stop()
    world.server.submit({ ...sampleRegisterHostUpdate(1), name: hostName('renamed') })
    world.admit(2)
    if (forgets) world.server.forgetRing()
    world.server.start()
    await world.pass(2000)
    expect(world.toDo(sample)).toEqual([])
    const kinds = world.server.sent.map(({ type }) => type)
    expect(kinds).toEqual(forgets ? ['snapshot', 'table-wanted', 'patch'] : ['snapshot', 'patch'])
    expect(sample.host.executed.filter(({ kind }) => kind === 'create-interface')).toHaveLength(1)
  }
})

test('patches that come while others are applied are applied together', async () => {
  const world = new SampleWorld()
  const sample = await world.started(1)
  for (const number of [2, 3, 4, 5]) world.admit(number)
  await world.settle()
  expect(world.toDo(sample)).toEqual([])
  const patches = sample.logged.filter(({ message }) => message === 'patch applied')
  expect(patches).toHaveLength(4)
  expect(patches.some(({ fields }) => Number(fields.together) > 1)).toBe(true)
})

test('a patch that does not fit changes nothing; what differs is asked for, and patches before the answer are left out', async () => {
  const world = new SampleWorld()
  const sample = await world.started(1)
  const at = { epoch: 1, revision: world.server.state.revision }
  const change = { op: 'members', from: 'aaaaaaaaaaaaaaaa', to: 'bbbbbbbbbbbbbbbb', add: [], remove: [] } as never
  world.server.sayTo(sample.hostId, encodePatchMessage(at, [{ fragment: 'members:net-1' as never, change }]))
  world.admit(2)
  await world.settle()
  expect(messages(sample)).toContain('patch does not fit; asking for what differs')
  expect(world.server.saidBy(sample.hostId, 'table')).toHaveLength(1)
  // The set is as the server has it, so the answer says nothing of it: after a while a new connection tells.
  await world.pass(7000)
  expect(world.toDo(sample)).toEqual([])
})

test('history never goes back', async () => {
  const world = new SampleWorld()
  const sample = await world.started(1)
  const old = projectSnapshot(world.server.state, sample.hostId)
  world.admit(2)
  await world.settle()
  world.server.sayTo(sample.hostId, encodeServerMessage({ type: 'snapshot', snapshot: old }))
  await world.settle()
  expect(world.toDo(sample)).toEqual([])
  expect(sample.logged.at(-2)?.message).toContain('broke the protocol')
  await world.pass(2000)
  world.server.sayTo(sample.hostId, encodePatchMessage(old.asOf, []))
  await world.settle()
  expect(world.toDo(sample)).toEqual([])
  expect((await sample.agent.status()).config.received).toEqual({ epoch: 1, revision: world.server.state.revision })
})

test("a raised epoch's snapshot is taken, whatever its revision", async () => {
  const world = new SampleWorld()
  const sample = await world.started(1)
  world.server.submit({ type: 'RaiseMeshEpoch', atEpochMs: sampleTime })
  const snapshot = projectSnapshot(world.server.state, sample.hostId)
  world.server.sayTo(sample.hostId, encodeServerMessage({ type: 'snapshot', snapshot }))
  await world.settle()
  expect((await sample.agent.status()).config.applied).toEqual(snapshot.asOf)
})

test('drift is put right at the next check, told once, and never in the way of a quiet host', async () => {
  const world = new SampleWorld()
  world.admit(2)
  const sample = await world.started(1)
  await world.pass(1000)
  const done = sample.host.executed.length
  await world.pass(30_000)
  expect(sample.host.executed).toHaveLength(done)
  sample.host.disturb((host) => ({ ...host, peers: new Map(), routes: [] }))
  await world.pass(10_000)
  expect(world.toDo(sample)).toEqual([])
  expect(messages(sample).filter((message) => message === 'drift put right')).toHaveLength(1)
})

test('a host that refuses is reported as failed, tried again, and reported as applied once it does as told', async () => {
  const world = new SampleWorld()
  const sample = await world.started(1)
  sample.host.failAfter(0)
  world.admit(2)
  await world.settle()
  const acks = () => world.server.saidBy(sample.hostId, 'ack')
  expect(acks().at(-1)).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('failing on request') })
  expect((await sample.agent.status()).config.failure).toContain('failing on request')
  await world.pass(5000)
  expect(sample.logged.filter(({ level }) => level === 'error')).toHaveLength(1)
  sample.host.heal()
  await world.pass(10_000)
  expect(world.toDo(sample)).toEqual([])
  expect(acks().at(-1)).toMatchObject({ outcome: 'applied', asOf: { revision: world.server.state.revision } })
  expect((await sample.agent.status()).config.failure).toBe(null)
})

test('another port by config is set, reported, and peers are greeted from it', async () => {
  const world = new SampleWorld()
  const peer = world.admit(2)
  const sample = await world.started(1)
  const shake = { endpoint: udpEndpoint('203.0.113.2:51821'), atEpochMs: sampleTime }
  sample.host.disturb((host) => withHandshake(host, peer.wireguardKey, shake))
  await world.pass(400)
  world.server.submit({ ...sampleRegisterHostUpdate(1), listenPort: 51_900 })
  await world.pass(1000)
  expect(sample.host.state.interface?.listenPort).toBe(51_900)
  expect(sample.greeted).toHaveLength(1)
  const report = world.server.saidBy(sample.hostId, 'report').at(-1)?.report
  expect(report).toMatchObject({ listenPort: 51_900, endpoints: [{ endpoint: '203.0.113.9:51900' }] })
})

test('stopping leaves the host as it is; removing leaves nothing', async () => {
  const world = new SampleWorld()
  const stopped = await world.started(1)
  await stopped.agent.stop()
  expect(stopped.host.state.interface).toBeDefined()
  const removed = await world.started(2)
  await removed.agent.stopAndRemove()
  expect(removed.host.state.interface).toBeUndefined()
  expect(world.timers.pending()).toBe(0)
})

const sampleRegisterHostUpdate = (number: number) =>
  ({ type: 'UpdateHost', atEpochMs: sampleTime, hostId: sampleRegisterHost(number).hostId }) as const

test('an agent that another one takes turns with says that its machine may have been copied', async () => {
  const world = new SampleWorld()
  const first = await world.started(1)
  const copy = world.agentOf(1, first.keys)
  await copy.agent.start()
  await world.pass(500)
  const said = first.logged.find(({ message }) => message === 'another agent connected as this host')
  expect(said?.fields).toMatchObject({
    code: 'replaced-by-newer-connection',
    wayOut: expect.stringContaining('--purge'),
  })
})
