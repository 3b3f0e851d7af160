import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askAgent } from './control-client.js'
import { CONTROL_SOCKET } from './control-protocol.js'
import { type ControlHandler, serveControl } from './control-server.js'

const cwd = process.cwd()
let folder = ''
const closers: (() => void)[] = []
beforeEach(() => {
  // Longer than what fits into a socket's address: it is reached by its bare name.
  folder = mkdtempSync(join(tmpdir(), `meshfold-${'agent'.repeat(30)}-`))
  process.chdir(folder)
})
afterEach(() => {
  for (const close of closers.splice(0)) close()
  process.chdir(cwd)
  rmSync(folder, { recursive: true })
})

async function serve(handler: ControlHandler): Promise<void> {
  const control = await serveControl(handler)
  closers.push(control.close)
}

test('asks and answers; the socket is the owner’s alone', async () => {
  await serve(async ({ ask }) => ({ asked: ask, big: 'x'.repeat(300_000) }))
  expect(await askAgent({ ask: 'status' })).toEqual(E.right({ asked: 'status', big: 'x'.repeat(300_000) }))
  expect(statSync(CONTROL_SOCKET).mode & 0o777).toBe(0o600)
})

test('what an agent could not do is told', async () => {
  await serve(async () => {
    throw new Error('the interface could not be removed')
  })
  const reason = 'the interface could not be removed'
  expect(await askAgent({ ask: 'down' })).toEqual(E.left({ code: 'agent-refused', reason }))
})

test('no agent, and the socket of one that was killed, are the same', async () => {
  expect(await askAgent({ ask: 'status' })).toEqual(E.left({ code: 'agent-not-running' }))
  writeFileSync(CONTROL_SOCKET, '')
  expect(await askAgent({ ask: 'status' })).toEqual(E.left({ code: 'agent-not-running' }))
  await serve(async () => 'here')
  expect(await askAgent({ ask: 'status' })).toEqual(E.right('here'))
})

test('what is no request is refused, and nobody is kept busy by it', async () => {
  let asked = 0
  await serve(async () => {
    asked++
  })
  for (const words of ['nonsense\n', '{"ask":"rm"}\n', '{"ask":"status"}'.padEnd(5000)]) {
    const socket = createConnection(CONTROL_SOCKET)
    socket.write(words)
    expect(JSON.parse(await text(socket))).toMatchObject({ ok: false })
  }
  expect(asked).toBe(0)
})
