import { describe, expect, test } from 'vitest'
import { nodeCrypto } from '../../test/real-crypto.js'
import type { AgentConnection, ConnectionEnd } from '../ports/agent-transport.js'
import { createManualTimers } from '../testing/manual-timers.js'
import { hostId } from '../values/index.js'
import { type ChannelLimits, openAgentChannel, openServerChannel, type SecureChannelOptions } from './secure-channel.js'
import { createFrameWriter, type FrameKeys } from './secure-frames.js'

const limits: ChannelLimits = {
  maxSentLength: 1_000_000,
  maxReceivedLength: 1_000_000,
  maxQueuedMessages: 3,
  maxQueuedLength: 100_000,
  heartbeatIntervalMs: 2000,
}

/** One end, whose wire the test holds in its hands. */
function open(role: 'server' | 'agent', change: Partial<SecureChannelOptions> = {}) {
  const timers = createManualTimers()
  const [up, down] = [nodeCrypto.randomBytes(32), nodeCrypto.randomBytes(32)]
  const toServer = { direction: 'agent-to-server', secret: up } as const
  const toAgent = { direction: 'server-to-agent', secret: down } as const
  const keys: FrameKeys =
    role === 'server' ? { send: toAgent, receive: toServer } : { send: toServer, receive: toAgent }
  const log: string[] = []
  const sent: { readonly frame: string; readonly taken: () => void }[] = []
  const connections: AgentConnection[] = []
  const channel = (role === 'server' ? openServerChannel : openAgentChannel)({
    crypto: nodeCrypto,
    keys,
    timers,
    limits,
    hostId: hostId('host'),
    remoteAddress: null,
    wire: { send: (frame, taken) => sent.push({ frame, taken }), close: (end) => log.push(`wire closed: ${end.code}`) },
    onConnection: (connection) => {
      connections.push(connection)
      return {
        onMessage: (message) => log.push(`got ${message.slice(0, 20)}`),
        onWritable: () => log.push('writable'),
        onClose: (end) => log.push(`closed: ${end.code}`),
      }
    },
    onEnd: (end) => log.push(`end: ${end.code}`),
    ...change,
  })
  const other = createFrameWriter(nodeCrypto, keys.receive)
  const payloads = () => sent.map(({ frame }) => frame.split('.').slice(2).join('.'))
  return {
    channel,
    timers,
    log,
    sent,
    connections,
    receive: (payload: string) => channel.receive(other.write(payload)),
    payloads,
  }
}

describe('a channel', () => {
  test('of a server says first that the agent is in', () => {
    const { payloads, connections, channel } = open('server')
    expect(connections).toEqual([channel.connection])
    channel.connection.send('hello')
    expect(payloads()).toEqual(['r', 'mhello'])
  })

  test('of an agent is no connection before the server has said so', () => {
    const { receive, connections, timers, log } = open('agent')
    expect([connections.length, timers.pending()]).toEqual([0, 0])
    receive('r')
    expect(connections).toHaveLength(1)
    receive('mwelcome')
    expect(log).toEqual(['got welcome'])
  })

  test.each(['mtoo early', 'h', 'x', ''])('of an agent ends when the first frame is %j', (payload) => {
    const { receive, log, connections } = open('agent')
    receive(payload)
    expect(log).toEqual(['wire closed: protocol-violated', 'end: protocol-violated'])
    expect(connections).toEqual([])
  })

  test.each(['r', 'x', '', 'pcrumb'])('ends on a later frame %j', (payload) => {
    const { receive, log } = open('server')
    receive(payload)
    expect(log).toEqual(['wire closed: protocol-violated', 'closed: protocol-violated', 'end: protocol-violated'])
  })

  test('ends when a message has more than it takes, before it has all of it', () => {
    const { receive, log } = open('server', { limits: { ...limits, maxReceivedLength: 40_000 } })
    for (let n = 0; n < 3; n++) receive(`p${'x'.repeat(16 * 1024)}`)
    expect(log).toEqual(['wire closed: message-too-large', 'closed: message-too-large', 'end: message-too-large'])
  })

  test('tells its end once, whoever ends it how often', () => {
    const { channel, log } = open('server')
    const end: ConnectionEnd = { code: 'connection-lost', detail: '' }
    channel.wireEnded(end)
    channel.wireEnded(end)
    channel.connection.close({ code: 'closed-here', detail: '' })
    channel.receive('anything')
    expect(channel.connection.send('x')).toBe('closed')
    expect(log).toEqual(['closed: connection-lost', 'end: connection-lost'])
  })

  test('that was closed inside onConnection tells so afterwards, and leaves no timer', () => {
    const log: string[] = []
    const { timers } = open('server', {
      onConnection: (connection) => {
        connection.close({ code: 'closed-here', detail: '' })
        log.push('onConnection is over')
        return { onMessage: () => {}, onWritable: () => {}, onClose: (end) => log.push(end.code) }
      },
    })
    expect(log).toEqual(['onConnection is over', 'closed-here'])
    expect(timers.pending()).toBe(0)
  })

  test('sends a heartbeat per interval; one that comes is no message', () => {
    const { timers, payloads, receive, log } = open('server')
    for (let n = 0; n < 5; n++) {
      timers.advance(2000)
      receive('h')
    }
    expect(payloads()).toEqual(['r', 'h', 'h', 'h', 'h', 'h'])
    expect(log).toEqual([])
  })

  test('ends after three heartbeats that did not come', () => {
    const { timers, log } = open('server')
    timers.advance(6999)
    expect(log).toEqual([])
    timers.advance(1)
    expect(log).toEqual(['wire closed: heartbeat-missed', 'closed: heartbeat-missed', 'end: heartbeat-missed'])
    expect(timers.pending()).toBe(0)
  })

  test('takes the pieces of a message that comes slowly for signs of life', () => {
    const { timers, receive, log } = open('server')
    for (let n = 0; n < 20; n++) {
      timers.advance(5000)
      receive(`p${'x'.repeat(16 * 1024)}`)
    }
    receive('mend')
    expect(log).toEqual([`got ${'x'.repeat(20)}`])
  })

  test('puts no more into the wire than it takes, heartbeats neither, and goes on as it is taken', () => {
    const { channel, sent, timers, receive, payloads } = open('server')
    channel.connection.send('x'.repeat(1_000_000))
    const first = sent.length
    expect(first).toBeLessThan(20)
    timers.advance(2000)
    receive('h')
    expect(sent.length).toBe(first)
    for (let n = 0; n < sent.length; n++) sent[n]?.taken()
    expect(
      payloads()
        .slice(1)
        .map((payload) => payload.slice(1))
        .join(''),
    ).toHaveLength(1_000_000)
  })

  test('says that it is writable again when the wire has taken all, and not before', () => {
    const { channel, sent, log } = open('server')
    const { connection } = channel
    connection.send('x'.repeat(500_000))
    expect([1, 2, 3, 4].map((n) => connection.send(`${n}`))).toEqual(['queued', 'queued', 'queued', 'overflow'])
    for (let n = 0; n < sent.length - 1; n++) sent[n]?.taken()
    expect(log).toEqual([])
    expect(connection.send('5')).toBe('overflow')
    sent.at(-1)?.taken()
    expect(log).toEqual(['writable'])
    expect(connection.send('6')).toBe('queued')
  })

  test('sends what onWritable sends', () => {
    let connection: AgentConnection | undefined
    const { sent, payloads } = open('server', {
      onConnection: (opened) => {
        connection = opened
        return { onMessage: () => {}, onWritable: () => void connection?.send('fresh'), onClose: () => {} }
      },
    })
    connection?.send('x'.repeat(300_000))
    for (let n = 0; n < 4; n++) connection?.send('y'.repeat(90_000))
    for (let n = 0; n < sent.length; n++) sent[n]?.taken()
    expect(payloads().at(-1)).toBe('mfresh')
  })
})
