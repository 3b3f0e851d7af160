import {
  type AgentConnection,
  type AgentConnectionHandlers,
  type AgentMessage,
  type ConnectionEnd,
  type HostId,
  hostId,
  identityKeyFromBytes,
  ipAddress,
  ipPrefix,
  largeMapGet,
  largeMapValues,
  networkId,
  type ServerMessage,
  wireguardKeyFromBytes,
} from '@meshfold/core'
import { createInMemoryEventLog } from '@meshfold/core/testing'
import { nodeCrypto } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimsOf, endpointsOf } from '../../test/support/fake-agent.js'
import { ManualClock } from '../../test/support/manual-clock.js'
import { contextOf, createMesh, createNetwork, ids } from '../../test/support/mesh-commands.js'
import type { UnstampedCommand } from '../mesh-service/command-answer.js'
import { MeshService } from '../mesh-service/mesh-service.js'
import { AgentSessions } from './agent-sessions.js'

/** The other end of a session, without a wire. */
class Wire {
  readonly sent: ServerMessage[] = []
  readonly ends: ConnectionEnd[] = []
  outcome: 'queued' | 'overflow' = 'queued'
  readonly handlers: AgentConnectionHandlers
  readonly connection: AgentConnection

  constructor(sessions: AgentSessions, host: HostId) {
    this.connection = {
      hostId: host,
      remoteAddress: '192.0.2.9',
      send: (text) => {
        if (this.outcome === 'queued') this.sent.push(JSON.parse(text))
        return this.outcome
      },
      close: (end) => {
        this.ends.push(end)
        this.handlers.onClose(end)
      },
    }
    this.handlers = sessions.onConnection(this.connection)
  }

  say(message: AgentMessage): void {
    this.handlers.onMessage(JSON.stringify(message))
  }

  types(): readonly string[] {
    return this.sent.map(({ type }) => type)
  }
}

let clock: ManualClock
let service: MeshService
let sessions: AgentSessions
let warnings: string[]

const submit = async (command: UnstampedCommand) => {
  const answer = await service.submit(command, contextOf())
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  await new Promise((resolve) => setImmediate(resolve))
}

const addHost = async (name: string): Promise<HostId> => {
  const keyOf = (bytes: Uint8Array) => {
    const [wireguardKey, identityKey] = [wireguardKeyFromBytes(bytes), identityKeyFromBytes(bytes)]
    if (E.isLeft(wireguardKey) || E.isLeft(identityKey)) throw new Error('no key')
    return { wireguardKey: wireguardKey.right, identityKey: identityKey.right }
  }
  const [wireguard, identity] = [keyOf(nodeCrypto.randomBytes(32)), keyOf(nodeCrypto.randomBytes(32))]
  const id = hostId(`host-${name}`)
  const controlAddress6 = `fd00:1:2::${(name.codePointAt(0) ?? 1).toString(16)}`
  await submit({
    type: 'RegisterHost',
    hostId: id,
    ...claimsOf(name),
    wireguardKey: wireguard.wireguardKey,
    identityKey: identity.identityKey,
    controlAddress6,
  } as UnstampedCommand)
  const terms = { name: null, address4: null, address6: null, ephemeral: false, expiresAtEpochMs: null }
  await submit({ type: 'JoinNetwork', networkId: networkId('net-one'), hostId: id, nodeId: ids.node(), ...terms })
  return id
}

beforeEach(async () => {
  clock = new ManualClock()
  warnings = []
  const serverLog = {
    debug: () => {},
    info: () => {},
    warn: (_: object, text: string) => void warnings.push(text),
    error: (facts: object, text: string) => void warnings.push(`${text} ${JSON.stringify(facts)}`),
  }
  const shared = { clock, timers: clock.timers, serverLog }
  const log = createInMemoryEventLog()
  const started = await MeshService.start({ ...shared, log, stream: 'mesh-1', crypto: nodeCrypto })
  if (E.isLeft(started)) throw new Error('no service')
  service = started.right
  sessions = new AgentSessions({ ...shared, crypto: nodeCrypto, service, freshCommandId: ids.command })
  await submit(createMesh)
  await submit(createNetwork('one', 1))
})

afterEach(() => service.close())

describe('resume', () => {
  it('without anything held is answered by a snapshot', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    alpha.say({ type: 'resume', asOf: null })
    expect(alpha.types()).toEqual(['snapshot'])
  })

  it('from a place within the ring is answered by one patch, empty when nothing was missed', async () => {
    const id = await addHost('alpha')
    const asOf = service.asOf
    const upToDate = new Wire(sessions, id)
    upToDate.say({ type: 'resume', asOf })
    expect(upToDate.sent).toEqual([{ type: 'patch', patch: { asOf, changes: [] } }])
    await addHost('beta')
    await addHost('gamma')
    const behind = new Wire(sessions, id)
    behind.say({ type: 'resume', asOf })
    expect(behind.types()).toEqual(['patch'])
    expect(behind.sent[0]).toMatchObject({ patch: { asOf: service.asOf } })
  })

  it('from a place that the ring does not know is answered by asking for the table', async () => {
    const id = await addHost('alpha')
    const alpha = new Wire(sessions, id)
    alpha.say({ type: 'resume', asOf: { epoch: 1, revision: 0 } })
    expect(alpha.types()).toEqual(['table-wanted'])
    await addHost('beta')
    expect(alpha.types()).toEqual(['table-wanted'])
    alpha.say({ type: 'table', versions: [] })
    expect(alpha.types()).toEqual(['table-wanted', 'patch'])
  })

  it('from another epoch is answered by a snapshot', async () => {
    const id = await addHost('alpha')
    await submit({ type: 'RaiseMeshEpoch' })
    const alpha = new Wire(sessions, id)
    alpha.say({ type: 'resume', asOf: { epoch: 1, revision: 3 } })
    expect(alpha.types()).toEqual(['snapshot'])
  })

  it('from ahead of the server is not answered with anything older; a warning says what to do', async () => {
    const id = await addHost('alpha')
    const alpha = new Wire(sessions, id)
    alpha.say({ type: 'resume', asOf: { epoch: 1, revision: service.asOf.revision + 1 } })
    await expect.poll(() => warnings).toHaveLength(1)
    expect(warnings[0]).toContain('raise-epoch')
    clock.advance(60_000)
    expect(alpha.sent).toEqual([])
    // The mesh gets there, perhaps by another history: the agent's table tells what differs.
    await addHost('beta')
    expect(alpha.types()).toEqual(['table-wanted'])
    await submit({ type: 'RaiseMeshEpoch' })
    expect(alpha.types()).toEqual(['table-wanted', 'snapshot'])
  })
})

describe('a live session', () => {
  it('gets a patch for what it may see, and nothing for the rest', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    alpha.say({ type: 'resume', asOf: null })
    await submit(createNetwork('other', 2))
    expect(alpha.types()).toEqual(['snapshot'])
    await addHost('beta')
    expect(alpha.types()).toEqual(['snapshot', 'patch'])
  })

  it('hears a heartbeat with the newest place when it is quiet for two seconds', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    alpha.say({ type: 'resume', asOf: null })
    await submit(createNetwork('other', 2))
    clock.advance(1900)
    expect(alpha.types()).toEqual(['snapshot'])
    clock.advance(200)
    expect(alpha.sent.at(-1)).toEqual({ type: 'heartbeat', asOf: service.asOf })
    clock.advance(2000)
    expect(alpha.types()).toEqual(['snapshot', 'heartbeat', 'heartbeat'])
  })

  it('that reads too slowly is sent what differs once it can be written to again', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    alpha.say({ type: 'resume', asOf: null })
    alpha.outcome = 'overflow'
    await addHost('beta')
    alpha.outcome = 'queued'
    await addHost('gamma')
    expect(alpha.types()).toEqual(['snapshot'])
    clock.advance(5000)
    expect(alpha.types()).toEqual(['snapshot'])
    // Nothing was acknowledged: what it holds is not known.
    alpha.handlers.onWritable()
    expect(alpha.types()).toEqual(['snapshot', 'table-wanted'])
    alpha.say({ type: 'table', versions: [] })
    expect(alpha.types()).toEqual(['snapshot', 'table-wanted', 'patch'])
  })

  it('that had acknowledged everything before the overflow is sent a patch from there', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    alpha.say({ type: 'resume', asOf: null })
    alpha.say({ type: 'ack', asOf: service.asOf, outcome: 'applied', detail: null })
    alpha.outcome = 'overflow'
    await addHost('beta')
    alpha.outcome = 'queued'
    alpha.handlers.onWritable()
    expect(alpha.types()).toEqual(['snapshot', 'patch'])
    expect(alpha.sent[1]).toMatchObject({ patch: { asOf: service.asOf } })
  })

  it('gets a snapshot when the epoch is raised', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    alpha.say({ type: 'resume', asOf: null })
    await submit({ type: 'RaiseMeshEpoch' })
    expect(alpha.types()).toEqual(['snapshot', 'snapshot'])
  })

  it('of a removed host is closed, and forgotten', async () => {
    const id = await addHost('alpha')
    const alpha = new Wire(sessions, id)
    alpha.say({ type: 'resume', asOf: null })
    await submit({ type: 'RemoveHost', hostId: id })
    expect(alpha.ends).toMatchObject([{ code: 'closed-here' }])
    expect(sessions.presence.of(id)).toBeUndefined()
    expect(await sessions.hostIdentityKey(id)).toBeUndefined()
  })
})

describe('what breaks the protocol closes that connection, with the reason', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['no JSON', '{"type":'],
    ['a type nobody knows', '{"type":"reboot"}'],
    ['a wrong field', '{"type":"resume","asOf":"yesterday"}'],
    ['a report of something else', '{"type":"report","report":{"hostId":"host-beta"}}'],
    ['a table before anything', '{"type":"table","versions":[]}'],
    ['no object', '7'],
  ]
  it.each(cases)('%s', async (_, text) => {
    const [one, other] = [new Wire(sessions, await addHost('alpha')), new Wire(sessions, await addHost('beta'))]
    other.say({ type: 'resume', asOf: null })
    const { revision } = service.asOf
    one.handlers.onMessage(text)
    expect(one.ends).toMatchObject([{ code: 'protocol-violated' }])
    expect(other.ends).toEqual([])
    expect(service.asOf.revision).toBe(revision)
  })

  it('a flood of messages', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    alpha.say({ type: 'resume', asOf: null })
    for (let i = 0; i < 1000; i += 1) alpha.say({ type: 'heartbeat', appliedAsOf: null })
    expect(alpha.ends).toMatchObject([{ code: 'protocol-violated', detail: 'too many messages' }])
  })

  it('a flood of large messages', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    alpha.say({ type: 'resume', asOf: null })
    const large = JSON.stringify({ type: 'heartbeat', appliedAsOf: null }) + ' '.repeat(300_000)
    for (let i = 0; i < 5; i += 1) alpha.handlers.onMessage(large)
    expect(alpha.ends).toEqual([])
    alpha.handlers.onMessage(large)
    expect(alpha.ends).toMatchObject([{ code: 'protocol-violated', detail: 'too many large messages' }])
  })

  it('silence instead of a resume', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    clock.advance(31_000)
    expect(alpha.ends).toMatchObject([{ code: 'protocol-violated' }])
  })
})

describe('reports', () => {
  const reportOf = (change: object): AgentMessage => {
    const { system, listenPort, endpoints, localPrefixes, capabilities } = claimsOf('any')
    return {
      type: 'report',
      report: { system, listenPort, endpoints, localPrefixes, capabilities, resolvers: [], drift: [], ...change },
    }
  }

  it('become events only when something of the host changed', async () => {
    const id = await addHost('alpha')
    const alpha = new Wire(sessions, id)
    alpha.say({ type: 'resume', asOf: null })
    const { revision } = service.asOf
    alpha.say(reportOf({}))
    alpha.say(reportOf({ endpoints: endpointsOf('192.0.2.1:51821'), localPrefixes: [ipPrefix('192.0.2.0/24')] }))
    await expect.poll(() => service.asOf.revision).toBe(revision + 1)
    alpha.say(reportOf({ endpoints: endpointsOf('192.0.2.1:51821'), localPrefixes: [ipPrefix('192.0.2.0/24')] }))
    alpha.say({ type: 'heartbeat', appliedAsOf: service.asOf })
    alpha.say({ type: 'ack', asOf: service.asOf, outcome: 'failed', detail: 'no such device' })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(service.asOf.revision).toBe(revision + 1)
    expect(sessions.presence.of(id)).toMatchObject({ outcome: 'failed', detail: 'no such device', drift: [] })
  })

  it('of a host that comes again and again become no more events than of one that stays', async () => {
    const id = await addHost('alpha')
    const { revision } = service.asOf
    for (let turn = 0; turn < 8; turn += 1) {
      const copy = new Wire(sessions, id)
      copy.say(reportOf({ endpoints: endpointsOf(`192.0.2.${1 + (turn % 2)}:51821`) }))
      if (turn < 5) await expect.poll(() => service.asOf.revision).toBe(revision + turn + 1)
      else await new Promise((resolve) => setTimeout(resolve, 20))
      copy.connection.close({ code: 'connection-lost', detail: '' })
    }
    expect(service.asOf.revision).toBe(revision + 5)
    const last = new Wire(sessions, id)
    last.say(reportOf({ endpoints: endpointsOf('192.0.2.9:51821') }))
    clock.advance(2000)
    await expect.poll(() => service.asOf.revision).toBe(revision + 6)
  })

  it('that the mesh refuses are answered with the reason, and change nothing', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    alpha.say({ type: 'resume', asOf: null })
    const { revision } = service.asOf
    alpha.say(reportOf({ endpoints: endpointsOf('127.0.0.1:51821') }))
    await expect.poll(() => alpha.sent.at(-1)).toMatchObject({ type: 'report-refused', code: 'endpoint-refused' })
    expect(service.asOf.revision).toBe(revision)
  })

  it('with a bad endpoint among good ones are taken without it, and the log says so, not too often', async () => {
    const id = await addHost('alpha')
    const alpha = new Wire(sessions, id)
    alpha.say({ type: 'resume', asOf: null })
    const endpointsNow = () => largeMapGet(service.state.hosts, id)?.endpoints
    const mixed = (port: number) => endpointsOf('127.0.0.1:5', `192.0.2.1:${port}`, '10.0.1.7:5', `192.0.2.2:${port}`)
    const good = (port: number) => endpointsOf(`192.0.2.1:${port}`, `192.0.2.2:${port}`)
    alpha.say(reportOf({ endpoints: mixed(1000) }))
    await expect.poll(endpointsNow).toEqual(good(1000))
    expect(alpha.types()).not.toContain('report-refused')
    expect(warnings.filter((text) => text.includes('endpoint'))).toHaveLength(2)
    for (let port = 1001; port < 1020; port += 1) {
      alpha.say(reportOf({ endpoints: mixed(port) }))
      clock.advance(2000)
      await expect.poll(endpointsNow).toEqual(good(port))
    }
    expect(warnings.filter((text) => text.includes('endpoint')).length).toBeLessThan(10)
  })

  it('with a resolver that nobody else can ask are taken without it', async () => {
    const id = await addHost('alpha')
    const alpha = new Wire(sessions, id)
    alpha.say({ type: 'resume', asOf: null })
    const resolversNow = () => largeMapGet(service.state.hosts, id)?.resolvers
    alpha.say(reportOf({ resolvers: ['127.0.0.53', '192.168.1.1'].map(ipAddress) }))
    await expect.poll(resolversNow).toEqual(['192.168.1.1'])
    expect(warnings).toEqual([expect.stringContaining('resolver')])
    alpha.say(reportOf({ resolvers: [] }))
    await expect.poll(resolversNow).toEqual([])
    expect(alpha.types()).not.toContain('report-refused')
  })

  it('with an endpoint that is none among good ones are taken without it', async () => {
    const id = await addHost('alpha')
    const alpha = new Wire(sessions, id)
    alpha.say({ type: 'resume', asOf: null })
    const [good] = endpointsOf('192.0.2.1:1000')
    alpha.say(reportOf({ endpoints: [{ endpoint: '[fe80::1%eth0]:1000', origin: 'local' }, good] }))
    await expect.poll(() => largeMapGet(service.state.hosts, id)?.endpoints).toEqual([good])
    expect(alpha.ends).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('endpoint')])
    alpha.say(reportOf({ endpoints: [{ endpoint: 'nowhere', origin: 'local' }] }))
    expect(alpha.ends).toMatchObject([{ code: 'protocol-violated' }])
  })

  it('of capabilities that this server never heard of are taken, without those', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    alpha.say({ type: 'resume', asOf: null })
    alpha.say(reportOf({ capabilities: ['isolate-networks', 'fly'] }))
    await expect.poll(() => service.state.lastEventAtEpochMs).toBeGreaterThan(0)
    expect(alpha.ends).toEqual([])
  })

  it('that come too fast wait, and the newest counts', async () => {
    const alpha = new Wire(sessions, await addHost('alpha'))
    alpha.say({ type: 'resume', asOf: null })
    const { revision } = service.asOf
    for (let port = 1000; port < 1020; port += 1) {
      alpha.say(reportOf({ endpoints: endpointsOf(`192.0.2.1:${port}`) }))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(service.asOf.revision).toBeLessThanOrEqual(revision + 5)
    clock.advance(2000)
    await expect
      .poll(() => [...largeMapValues(service.state.hosts)][0]?.endpoints)
      .toEqual(endpointsOf('192.0.2.1:1019'))
  })
})
