import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { startAgent, startServer } from './mesh-of-test.js'

const SUBPROTOCOL = ['meshfold.v1']
const patience = { timeout: 10_000 }

describe('before anything is proved', { timeout: 30_000 }, () => {
  test.each([
    ['another path', '/elsewhere', {}, '404 Not Found'],
    ['no subprotocol', '/agent', { 'Sec-WebSocket-Protocol': 'chat, meshfold.v2' }, '400 Bad Request'],
    ['a web page', '/agent', { Origin: 'https://page.example' }, '403 Forbidden'],
    ['no WebSocket key', '/agent', { 'Sec-WebSocket-Key': '' }, '400 Bad Request'],
  ])('%s is refused', async (_, path, headers, status) => {
    const { port } = await startServer()
    const answer = await firstAnswer(upgrade(port, path, headers))
    expect(answer.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`)
  })

  test('the path may have a query; the upgrades of others are left to them', async () => {
    const { port, server } = await startServer()
    expect(await firstAnswer(upgrade(port, '/agent?from=here'))).toContain('101 Switching Protocols')
    server.on('upgrade', (request, socket) => {
      if (request.url === '/other') socket.end('HTTP/1.1 418 Mine\r\n\r\n')
    })
    expect(await firstAnswer(upgrade(port, '/other'))).toContain('418 Mine')
  })

  test('who says nothing is let go after a while', async () => {
    const { port, refusals } = await startServer({ limits: { handshakeTimeoutMs: 50 } })
    const socket = open(port)
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(1000)
    expect(refusals).toEqual([{ code: 'handshake-timeout', remoteAddress: '127.0.0.1', claimedHostId: null }])
  })

  test.each<[string, string | Buffer, number, string]>([
    ['nonsense', 'hello?', 1002, 'handshake-malformed'],
    ['a finish before a hello', '{"type":"agent-finish","signature":""}', 1002, 'handshake-malformed'],
  ])('%s is refused', async (_, data, expected, refusal) => {
    const { port, refusals } = await startServer()
    const socket = open(port)
    socket.on('open', () => socket.send(data))
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(expected)
    expect(refusals.map((refused) => refused.code)).toEqual([refusal])
  })

  test('binary messages are refused', async () => {
    const { port, refusals } = await startServer()
    const socket = open(port)
    socket.on('open', () => socket.send(Buffer.from('{}')))
    expect((await once(socket, 'close'))[0]).toBe(1002)
    expect(refusals.map(({ code }) => code)).toEqual(['protocol-violated'])
  })

  test.each([
    ['one large message', (socket: WebSocket) => socket.send('x'.repeat(40_000))],
    ['a message larger than any', (socket: WebSocket) => socket.send('x'.repeat(4_000_000))],
    ['a message in many fragments', (socket: WebSocket) => sendFragments(socket, 1000)],
    ['pings', (socket: WebSocket) => sendPings(socket, 1000)],
  ])('whoever sends too much is cut off: %s', async (_, send) => {
    const { port, refusals } = await startServer()
    const socket = open(port)
    socket.on('open', () => send(socket))
    await once(socket, 'close')
    await expect.poll(() => refusals.length, patience).toBe(1)
    // Where the flood is of control frames, ws itself may be the first to have enough.
    expect(refusals[0]?.code).toMatch(/^(message-too-large|protocol-violated)$/)
  })

  test('pings that come faster than they can be answered are refused, few as they are', async () => {
    const { port, refusals } = await startServer()
    const socket = upgrade(port, '/agent')
    expect(await firstAnswer(socket)).toContain('101')
    const ping = Buffer.from([0x89, 0x80, 0, 0, 0, 0])
    socket.write(Buffer.concat(Array.from({ length: 100 }, () => ping)))
    await expect.poll(() => refusals.map(({ code }) => code), patience).toEqual(['protocol-violated'])
  })

  test('one address may try only so often', async () => {
    const { port, refusals } = await startServer({
      limits: { attemptsPerAddress: 3, attemptsPerAddressPerSecond: 0.001 },
    })
    for (let n = 0; n < 3; n++) expect(await firstAnswer(upgrade(port, '/agent'))).toContain('101')
    expect(await firstAnswer(upgrade(port, '/agent'))).toContain('429 Too Many Requests')
    expect(refusals.at(-1)).toMatchObject({ code: 'too-many-attempts-from-address', remoteAddress: '127.0.0.1' })
    expect(await firstAnswer(upgrade(port, '/agent', {}, '127.0.0.2'))).toContain('101')
  })

  test('a full house shows out who has been there longest, and hosts get in', async () => {
    const { port, refusals, connections } = await startServer({ limits: { maxStrangers: 5 } })
    const loiterers = Array.from({ length: 8 }, () => upgrade(port, '/agent'))
    await expect.poll(() => refusals.length, patience).toBe(3)
    const { link } = startAgent(`ws://127.0.0.1:${port}/agent`)
    await expect.poll(() => link.status().state, patience).toBe('connected')
    expect(connections).toHaveLength(1)
    expect(refusals.map(({ code }) => code)).toEqual(Array(4).fill('too-many-strangers'))
    await expect.poll(() => loiterers.filter((socket) => socket.destroyed).length, patience).toBe(4)
  })

  test('a host that proved itself is no stranger: it takes nobody’s place', async () => {
    const { port, connections } = await startServer({ limits: { maxStrangers: 1, maxStrangersPerAddress: 1 } })
    for (const id of ['host-1', 'host-2', 'host-3']) {
      const { link } = startAgent(`ws://127.0.0.1:${port}/agent`, { hostId: id as never })
      await expect.poll(() => link.status().state, patience).toBe('connected')
    }
    expect(connections.every(({ ends }) => ends.length === 0)).toBe(true)
  })

  test('behind a proxy the address is what the caller makes of the request', async () => {
    const { port, connections } = await startServer({
      remoteAddressOf: (request) => String(request.headers['x-real-ip'] ?? '::ffff:192.0.2.7'),
    })
    const { link } = startAgent(`ws://127.0.0.1:${port}/agent`)
    await expect.poll(() => link.status().state, patience).toBe('connected')
    expect(connections[0]?.connection.remoteAddress).toBe('192.0.2.7')
  })
})

/** Asks for the upgrade by hand. */
function upgrade(port: number, path: string, headers: Record<string, string> = {}, localAddress = '127.0.0.1'): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  const all: Record<string, string> = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Protocol': 'meshfold.v1',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  socket.on('error', () => {})
  socket.resume()
  onTestFinished(() => void socket.destroy())
  return socket
}

async function firstAnswer(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return chunk.toString()
}

function open(port: number): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/agent`, SUBPROTOCOL)
  socket.on('error', () => {})
  onTestFinished(() => socket.terminate())
  return socket
}

function sendFragments(socket: WebSocket, count: number): void {
  for (let n = 0; n < count; n++) socket.send('x', { fin: false })
}

function sendPings(socket: WebSocket, count: number): void {
  for (let n = 0; n < count; n++) socket.ping('ping')
}
