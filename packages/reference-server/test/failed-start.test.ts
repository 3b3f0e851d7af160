/** Starts that go wrong: the process ends with a sentence that names the way out, and the next start finds all as it was. */
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startServer } from '../src/compose.js'
import { silentLog } from '../src/server-log.js'
import { buildServerProgram, type ServerProgram } from './support/server-process.js'
import { callApi, startTestServer, temporaryFolder } from './support/test-server.js'

let data: string
let occupant: Server
let takenPort: number

beforeAll(async () => {
  occupant = createServer()
  takenPort = await new Promise((resolve) => {
    occupant.listen(0, '127.0.0.1', () => {
      const address = occupant.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
})
afterAll(() => occupant.close())

beforeEach(async () => {
  data = await temporaryFolder()
})
afterEach(() => rm(data, { recursive: true, force: true }))

const start = (port = 0) =>
  startServer({ data, listen: [{ kind: 'tcp', host: '127.0.0.1', port }], serverLog: silentLog })

const failureOf = async (port?: number): Promise<{ readonly code: string; readonly message: string }> => {
  const started = await start(port)
  if (E.isLeft(started)) return started.left
  await started.right.stop()
  throw new Error('the server started')
}

describe('the program', () => {
  let program: ServerProgram
  beforeAll(async () => {
    program = await buildServerProgram()
  }, 60_000)
  afterAll(() => program.remove())

  it('ends when its port is taken', { timeout: 30_000 }, async () => {
    const args = ['serve', '--data', data, '--listen', `127.0.0.1:${takenPort}`]
    const startedMs = Date.now()
    const { code, out, err } = await program.run(...args)
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('--listen')
    // Node itself takes a part of it; what is left open keeps a process for ever.
    expect(Date.now() - startedMs).toBeLessThan(5000)
  })
})

describe('a first start on a taken port', () => {
  it('keeps no admin token: the next start makes it and shows it', async () => {
    expect(await failureOf(takenPort)).toMatchObject({ code: 'listen-failed' })
    const test = await startTestServer({ data })
    expect(test.token).toMatch(/^mft_/)
    expect((await test.call('GET', '/mesh')).status).toBe(200)
    await test.stop()
  })
})

describe('the admin token', () => {
  it('is taken at once, although somebody was turned away before there was one', async () => {
    const test = await startTestServer({ data })
    await rm(join(data, 'secrets', 'admin-token-hash'))
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect((await callApi(test.url, 'mft_guess', 'GET', '/mesh')).status).toBe(401)
    const other = await startTestServer({ data })
    expect(other.token).toMatch(/^mft_/)
    expect((await callApi(test.url, other.token, 'GET', '/mesh')).status).toBe(200)
    await Promise.all([test.stop(), other.stop()])
  })

  it('that can not be kept ends the start, with the way out', async () => {
    await mkdir(join(data, 'secrets', 'admin-token-hash'), { recursive: true, mode: 0o700 })
    expect((await failureOf()).message).toMatch(/read and write .*secrets/)
  })

  it('whose hash is damaged is found at the start, with the way out', async () => {
    await (await startTestServer({ data })).stop()
    await writeFile(join(data, 'secrets', 'admin-token-hash'), 'short')
    const failure = await failureOf()
    expect(failure.code).toBe('admin-token-damaged')
    expect(failure.message).toContain(`meshfold token rotate --data ${data}`)
    expect(await readFile(join(data, 'secrets', 'admin-token-hash'), 'utf8')).toBe('short')
  })
})

describe('a data folder that is not whole', () => {
  const lose = (...names: readonly string[]) =>
    Promise.all(names.map((name) => rm(join(data, name), { recursive: true, force: true })))

  beforeEach(async () => {
    await (await startTestServer({ data })).stop()
  })

  it('without the identity that agents pinned is refused, and gets no other', async () => {
    await lose('secrets/server-identity')
    const failure = await failureOf()
    expect(failure.code).toBe('identity-missing')
    expect(failure.message).toMatch(/backup/)
    expect(await readdir(join(data, 'secrets'))).toEqual(['admin-token-hash'])
  })

  it('without its events is refused, instead of beginning the mesh anew', async () => {
    await lose('events.sqlite', 'events.sqlite-wal', 'events.sqlite-shm')
    const failure = await failureOf()
    expect(failure.code).toBe('events-lost')
    expect(failure.message).toMatch(/backup/)
    // A restored copy is all it takes.
    expect(await failureOf()).toEqual(failure)
  })

  it('with events of nothing is refused as well', async () => {
    await lose('events.sqlite-wal', 'events.sqlite-shm')
    await writeFile(join(data, 'events.sqlite'), '')
    expect((await failureOf()).code).toBe('events-lost')
  })

  it('of an older version is taken, and marked', async () => {
    const path = join(data, 'mesh.json')
    const { meshId } = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify({ meshId }))
    await (await startTestServer({ data })).stop()
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ meshId, isBegun: true })
  })

  it('may lose everything and be a new mesh', async () => {
    await lose('events.sqlite', 'events.sqlite-wal', 'events.sqlite-shm', 'mesh.json', 'secrets')
    const test = await startTestServer({ data })
    expect(test.token).toMatch(/^mft_/)
    await test.stop()
  })

  it('with a damaged event log is refused with the way out', async () => {
    await lose('events.sqlite-wal', 'events.sqlite-shm')
    await writeFile(join(data, 'events.sqlite'), 'x'.repeat(8192))
    const failure = await failureOf()
    expect(failure.code).toBe('not-an-event-log')
    expect(failure.message).toMatch(/backup/)
  })
})

describe('a data folder that can not be used', () => {
  it('names the way out: where there is a file', async () => {
    await rm(data, { recursive: true })
    await writeFile(data, '')
    const failure = await failureOf()
    expect(failure.code).toBe('data-folder-unusable')
    expect(failure.message).toMatch(/--data/)
  })

  it('names the way out: where nothing may be written', async ({ skip }) => {
    skip(process.geteuid?.() === 0, 'nothing is read-only to root')
    await chmod(data, 0o500)
    expect((await failureOf()).message).toMatch(/writable.*--data/)
  })
})
