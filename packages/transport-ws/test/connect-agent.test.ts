import { createServer as createHttpsServer } from 'node:https'
import { createServer } from 'node:net'
import { hostId } from '@meshfold/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { listenOnLoopback, portOf } from './loopback.js'
import { startAgent, startServer } from './mesh-of-test.js'
import { selfSignedCertificate } from './self-signed-certificate.js'

const patience = { timeout: 10_000 }

describe('a URL that can’t be a server’s', () => {
  test.each([
    '',
    'example.org',
    'http://example.org',
    'ws://',
    'wss://user:secret@example.org/agent',
    'ws://example.org/#x',
  ])('is refused at once: %j', (url) => {
    expect(() => startAgent(url)).toThrow(TypeError)
  })

  test('is not quoted: it may hold a password', () => {
    expect(() => startAgent('wss://user:secret@example.org/agent')).not.toThrow('secret')
  })
})

describe('a server that is none', { timeout: 30_000 }, () => {
  test('nobody listens', async () => {
    const closed = await listenOnLoopback(createServer())
    const port = portOf(closed)
    await new Promise((resolve) => closed.close(resolve))
    const { lastEnd } = startAgent(`ws://127.0.0.1:${port}/agent`)
    await expect.poll(lastEnd, patience).toMatchObject({
      code: 'connection-refused',
      detail: expect.stringMatching(/ECONNREFUSED/),
      address: '127.0.0.1',
    })
  })

  test('it answers as a web server', async () => {
    const { port } = await startServer()
    const { lastEnd } = startAgent(`ws://127.0.0.1:${port}/wrong-path`)
    await expect
      .poll(lastEnd, patience)
      .toEqual({ code: 'connection-refused', detail: 'Unexpected server response: 404', address: '127.0.0.1' })
  })

  test('it accepts, and says nothing', async () => {
    const silent = await listenOnLoopback(createServer((socket) => void onTestFinished(() => void socket.destroy())))
    onTestFinished(() => void silent.close())
    const { lastEnd } = startAgent(`ws://127.0.0.1:${portOf(silent)}/agent`, { limits: { handshakeTimeoutMs: 50 } })
    await expect
      .poll(lastEnd, patience)
      .toMatchObject({ code: 'connection-lost', detail: expect.stringMatching(/timed out/) })
  })

  test.each([
    ['says nothing', () => undefined, 'connection-lost'],
    ['says nonsense', () => 'welcome!', 'protocol-violated'],
    ['repeats what it hears', (text: string) => text, 'protocol-violated'],
  ])('it is another WebSocket server that %s', async (_, answer, code) => {
    const port = await otherWebSocketServer(answer)
    const { lastEnd, connections } = startAgent(`ws://127.0.0.1:${port}/agent`, { limits: { handshakeTimeoutMs: 300 } })
    await expect.poll(() => lastEnd()?.code, patience).toBe(code)
    expect(connections).toEqual([])
  })

  test('it does not speak the subprotocol', async () => {
    const port = await otherWebSocketServer(() => undefined, false)
    const { lastEnd } = startAgent(`ws://127.0.0.1:${port}/agent`)
    await expect.poll(() => lastEnd()?.detail, patience).toMatch(/subprotocol/)
  })
})

const certificate = selfSignedCertificate()

describe.runIf('cert' in certificate)('over HTTPS', { timeout: 30_000 }, () => {
  async function startTls(of = certificate) {
    if ('missing' in of) throw new Error(of.missing)
    const started = await startServer({}, createHttpsServer(of))
    return { ...started, ca: of.cert }
  }

  test('a server with a certificate of the given authority is connected to', async () => {
    const { port, ca, connections } = await startTls()
    const { link } = startAgent(`wss://127.0.0.1:${port}/agent`, { ca: [ca] })
    await expect.poll(() => link.status().state, patience).toBe('connected')
    expect(connections[0]?.connection.hostId).toBe('host')
  })

  test('one without is not, and hears no hello', async () => {
    const { port, refusals, connections } = await startTls()
    const { lastEnd } = startAgent(`wss://127.0.0.1:${port}/agent`)
    await expect.poll(lastEnd, patience).toEqual({
      address: '127.0.0.1',
      code: 'authentication-failed',
      detail: "the server's certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)",
    })
    expect([refusals, connections]).toEqual([[], []])
  })

  test('nor where the authority is no certificate', async () => {
    const { port } = await startTls()
    const ca = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
    const { lastEnd } = startAgent(`wss://127.0.0.1:${port}/agent`, { ca })
    await expect.poll(() => lastEnd()?.code, patience).toBe('authentication-failed')
  })

  test('a certificate of another name is not accepted', async () => {
    const { port, ca } = await startTls(selfSignedCertificate('DNS:elsewhere.example'))
    const { lastEnd } = startAgent(`wss://127.0.0.1:${port}/agent`, { ca })
    await expect.poll(lastEnd, patience).toEqual({
      address: '127.0.0.1',
      code: 'authentication-failed',
      detail: "the server's certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)",
    })
  })
})

describe('over a long time', { timeout: 60_000 }, () => {
  test('nothing is left of a hundred connections', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const { port, server, connections, endpoint } = await startServer()
    const agent = startAgent(`ws://127.0.0.1:${port}/agent`, { reconnect: { baseMs: 0, maxMs: 0 } })
    for (let n = 1; n <= 100; n++) {
      await expect
        .poll(() => endpoint.connections().length === 1 && connections.length === n, { ...patience, interval: 2 })
        .toBe(true)
      connections[n - 1]?.connection.close({ code: 'closed-here', detail: 'again' })
    }
    await agent.link.close()
    await endpoint.close()
    expect(server.listenerCount('upgrade')).toBe(0)
    await expect
      .poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count))), patience)
      .toBe(0)
    expect(warnings).toEqual([])
  })

  test('two agents of one host take turns, and nothing worse', async () => {
    const { port, connections } = await startServer()
    const url = `ws://127.0.0.1:${port}/agent`
    const twins = [startAgent(url, { hostId: hostId('host-1') }), startAgent(url, { hostId: hostId('host-1') })]
    await expect.poll(() => connections.length, patience).toBeGreaterThan(6)
    for (const { link } of twins) await link.close()
    const ends = connections.slice(0, -1).map(({ ends: [end] }) => end?.code)
    expect(new Set(ends)).toEqual(new Set(['replaced-by-newer-connection']))
  })
})

async function otherWebSocketServer(answer: (text: string) => string | undefined, speaks = true): Promise<number> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: () => (speaks ? 'meshfold.v1' : false),
  })
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      const text = answer(data.toString())
      if (text !== undefined) socket.send(text)
    }),
  )
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return address.port
}
