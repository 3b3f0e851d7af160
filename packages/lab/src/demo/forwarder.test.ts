import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openForwarder } from './forwarder.js'

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('a port of loopback leads to the socket; a taken port to the next', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-'))
  const server = createHttpServer((request, response) => response.end(`you asked for ${request.url}`))
  await new Promise<void>((resolve) => server.listen(join(folder, 's'), resolve))
  const port = await freePort()
  const one = await openForwarder(port, join(folder, 's'))
  const two = await openForwarder(port, join(folder, 's'))
  onTestFinished(() => {
    for (const closable of [one, two, server]) closable.close()
    rmSync(folder, { recursive: true })
  })
  expect(one.port).toBe(port)
  expect(two.port).toBeGreaterThan(port)
  const answer = await fetch(`http://127.0.0.1:${two.port}/page`)
  expect(await answer.text()).toBe('you asked for /page')
})

test('while the server is down a caller is told so at once', async () => {
  const forwarder = await openForwarder(await freePort(), '/nowhere/socket')
  onTestFinished(() => forwarder.close())
  await expect(fetch(`http://127.0.0.1:${forwarder.port}/`)).rejects.toThrow()
})
