import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, expect, test } from 'vitest'
import { selfSignedCertificate } from '../../../transport-ws/test/self-signed-certificate.js'
import { agentUrlOf, createPostJson, parseServerUrl } from './http-post.js'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`)
}

test('posts JSON below the path of the URL, and gives back JSON', async () => {
  const asked: unknown[] = []
  const url = await serve((request, response) => {
    asked.push([request.method, request.url, request.headers['content-type']])
    request.pipe(response)
  })
  expect(await createPostJson(url, null)('/api', { a: 1 })).toEqual(E.right({ a: 1 }))
  expect(asked).toEqual([['POST', '/base/api', 'application/json']])
})

test("refusals are the server's words on one line; redirects and other answers are none of ours", async () => {
  const answers: readonly (readonly [number, string])[] = [
    [403, '{"error":{"code":"enrollment-key-expired","message":"It expired.\\nAsk\\u001b[31m anew."}}'],
    [500, '<html>'],
    [302, ''],
    [200, '<html>'],
    [200, JSON.stringify('x'.repeat(300_000))],
  ]
  let at = 0
  const url = await serve((_, response) => {
    const [status, text] = answers[at++] ?? [500, '']
    response.writeHead(status, { location: 'http://elsewhere.example' }).end(text)
  })
  const post = createPostJson(url, null)
  const refusal = 'enrollment-key-expired'
  expect(await post('/', {})).toEqual(
    E.left({ code: 'server-refused', status: 403, refusal, message: 'It expired. Ask [31m anew.' }),
  )
  expect(await post('/', {})).toEqual(E.left({ code: 'server-refused', status: 500, refusal: '', message: '' }))
  expect(await post('/', {})).toMatchObject(E.left({ code: 'server-answer-unreadable' }))
  expect(await post('/', {})).toMatchObject(E.left({ code: 'server-answer-unreadable' }))
  expect(await post('/', {})).toMatchObject(E.left({ code: 'server-answer-unreadable' }))
})

test('nobody there, an answer cut off, and certificates that are none are all the same to the caller', async () => {
  const url = await serve((request) => request.socket.destroy())
  expect(await createPostJson(url, null)('/', {})).toMatchObject(E.left({ code: 'server-unreachable' }))
  expect(await createPostJson(new URL('http://127.0.0.1:1'), null)('/', {})).toMatchObject(
    E.left({ code: 'server-unreachable' }),
  )
  expect(await createPostJson(new URL('https://127.0.0.1:1'), 'no PEM')('/', {})).toMatchObject(
    E.left({ code: 'server-unreachable' }),
  )
})

const certificate = selfSignedCertificate()

test.runIf('cert' in certificate)(
  'over HTTPS: the system does not trust it, the authority that was named does',
  async () => {
    if ('missing' in certificate) throw new Error(certificate.missing)
    const server = createHttpsServer(certificate, (request, response) => request.pipe(response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect(await createPostJson(url, null)('/', {})).toMatchObject(
      E.left({ code: 'server-unreachable', reason: expect.stringContaining('certificate') }),
    )
    expect(await createPostJson(url, certificate.cert)('/', { a: 1 })).toEqual(E.right({ a: 1 }))
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  },
)

test('URLs of servers', () => {
  expect(E.isRight(parseServerUrl('https://mesh.example.com'))).toBe(true)
  for (const text of ['mesh.example.com', 'ws://a', 'http://u:p@a', 'http://a/?q=1', 'http://a#f', '']) {
    expect(E.isLeft(parseServerUrl(text)), text).toBe(true)
  }
  expect(agentUrlOf(new URL('https://a.example/mesh/'), '/api/v1/agent')).toBe('wss://a.example/mesh/api/v1/agent')
  expect(agentUrlOf(new URL('http://[::1]:7400'), '/agent')).toBe('ws://[::1]:7400/agent')
})
