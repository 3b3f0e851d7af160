import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openUserspaceSocket } from './userspace-socket.js'

let folder: string
let server: Server | undefined
const connections = new Set<Socket>()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uapi-'))
})
afterEach(async () => {
  for (const connection of connections) connection.destroy()
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())))
  server = undefined
  rmSync(folder, { recursive: true })
})

/** Something that answers every request in the same way. */
async function listen(answer: (socket: Socket, request: string) => void): Promise<void> {
  server = createServer((socket) => {
    connections.add(socket)
    socket.on('error', () => {})
    socket.on('data', (data) => answer(socket, String(data)))
  })
  await new Promise<void>((resolve) => server?.listen(join(folder, 'mesh0.sock'), resolve))
}

const open = () => openUserspaceSocket({ folder, interfaceName: 'mesh0', timeoutMs: 100, answerLimitBytes: 1_000 })

test('get yields the lines before the end, also when they come in pieces', async () => {
  await listen((socket) => {
    const pieces = ['listen_po', 'rt=1\n', 'fwmark=2\ner', 'rno=0\n', '\n']
    pieces.forEach((piece, index) => void setTimeout(() => socket.write(piece), index * 5))
  })
  expect(await open().get()).toEqual(E.right(['listen_port=1', 'fwmark=2']))
})

test('an answer without any line is one', async () => {
  await listen((socket) => socket.write('errno=0\n\n'))
  expect(await open().get()).toEqual(E.right([]))
})

test('set writes one request and understands its errno', async () => {
  const requests: string[] = []
  await listen((socket, request) => {
    requests.push(request)
    socket.write(request.includes('listen_port') ? 'errno=-98\n\n' : 'errno=0\n\n')
  })
  expect(await open().set(['public_key=00', 'remove=true'], 'remove-peer')).toEqual(E.right('written'))
  expect(requests).toEqual(['set=1\npublic_key=00\nremove=true\n\n'])
  const reason = expect.stringMatching(
    /EADDRINUSE, the UDP port is in use on this machine: give the host another one; what stood before it may have taken effect/,
  )
  const taken = await open().set(['listen_port=1'], 'set-listen-port')
  expect(taken).toEqual(E.left({ code: 'host-refused', action: 'set-listen-port', reason }))
})

test('EPERM is a matter of rights', async () => {
  await listen((socket) => socket.write('errno=-1\n\n'))
  expect(await open().set([], 'set-peer')).toMatchObject({ left: { code: 'host-permission-denied' } })
})

test.each([
  ['says nothing', () => {}, 'host-refused'],
  ['breaks off', (socket: Socket) => socket.end('listen_port=1\n'), 'host-answer-unreadable'],
  ['never stops', (socket: Socket) => socket.write('x'.repeat(2_000)), 'host-answer-unreadable'],
])('a process that %s is an error', async (_name, answer, code) => {
  await listen(answer)
  expect(await open().get()).toMatchObject({ left: { code } })
})

test('no socket, a stale one and a file of that name: nobody is there', async () => {
  expect(await open().get()).toEqual(E.right(undefined))
  expect(await open().set([], 'set-peer')).toEqual(E.right('nobody-there'))
  writeFileSync(join(folder, 'mesh0.sock'), '')
  expect(await open().get()).toEqual(E.right(undefined))
})
