/** The server is killed in the middle of its work and started again: nothing acknowledged is lost, agents go on with patches. */
import { rm } from 'node:fs/promises'
import { projectSnapshot, replay, tableOfSnapshot } from '@meshfold/core'
import { openSqliteEventLog } from '@meshfold/event-log-sqlite'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { groupByCommand } from '../src/mesh-service/recorded-events.js'
import { claimsOf, enroll, FakeAgent, freshKeys } from './support/fake-agent.js'
import { buildServerProgram, type ServerProcess, type ServerProgram } from './support/server-process.js'
import { callApi, temporaryFolder, until } from './support/test-server.js'

let program: ServerProgram
beforeAll(async () => {
  program = await buildServerProgram()
}, 60_000)
afterAll(() => program.remove())

const kill = async (server: ServerProcess) => {
  server.child.kill('SIGKILL')
  await server.ended
}

const freePort = async (): Promise<number> => {
  const { createServer } = await import('node:net')
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

it('keeps what it acknowledged, and sends patches to agents that kept up', { timeout: 120_000 }, async () => {
  const data = await temporaryFolder()
  const listen = `127.0.0.1:${await freePort()}`
  let server = await program.start(data, '--listen', listen)
  const { url } = server
  const token = server.adminToken ?? ''
  const call = (method: string, path: string, body?: unknown) => callApi(url, token, method, path, body)

  const { json } = await call('POST', '/networks', { name: 'office', range4: '10.66.0.0/16' })
  const networkIds = [json.network.networkId]
  const key = await call('POST', '/enrollment-keys', { name: 'k', networkIds })
  const agents = await Promise.all(
    ['alpha', 'beta'].map(async (name) => {
      const keys = freshKeys()
      const enrolled = await enroll(url, key.json.token, keys, claimsOf(name))
      return new FakeAgent(url, enrolled, keys, { reconnect: { baseMs: 20, maxMs: 200 } as object })
    }),
  )
  await until(() => agents.every((agent) => agent.kinds().includes('snapshot')))

  const acknowledged: string[] = []
  const unanswered: string[] = []
  for (let round = 0; round < 5; round += 1) {
    const running = { isOn: true }
    const work = Array.from({ length: 4 }, async (_, worker) => {
      for (let i = 0; running.isOn; i += 1) {
        const name = `n${round}-${worker}-${i}`
        const keys = freshKeys()
        await enroll(url, key.json.token, keys, claimsOf(name)).then(
          ({ hostId }) => acknowledged.push(hostId),
          () => unanswered.push(name),
        )
      }
    })
    const before = acknowledged.length
    await until(() => acknowledged.length > before + 3, 20_000)
    await kill(server)
    running.isOn = false
    await Promise.all(work)
    server = await program.start(data, '--listen', listen)
    expect(server.adminToken).toBeNull()
  }
  await until(() => agents.every((agent) => agent.status().state === 'connected'), 15_000)
  const hosts = await call('GET', '/hosts?limit=10000')
  const known = new Set(hosts.json.hosts.map((host: { hostId: string }) => host.hostId))
  expect(acknowledged.length).toBeGreaterThan(15)
  expect(acknowledged.filter((hostId) => !known.has(hostId))).toEqual([])

  const { mesh } = (await call('GET', '/mesh')).json
  await until(() => agents.every((agent) => agent.reached?.revision === mesh.asOf.revision), 15_000)
  for (const agent of agents) {
    expect(agent.kinds().filter((kind) => kind === 'snapshot')).toHaveLength(1)
    expect(agent.kinds()).not.toContain('table-wanted')
    expect(agent.problems).toEqual([])
  }
  await Promise.all(agents.map((agent) => agent.close()))
  await kill(server)
  await expectTablesOf(data, agents)
  await rm(data, { recursive: true, force: true })
})

/** What agents hold is what the log says. */
const expectTablesOf = async (data: string, agents: readonly FakeAgent[]) => {
  const log = await openSqliteEventLog({ path: `${data}/events.sqlite` })
  if (E.isLeft(log)) throw new Error(log.left.reason)
  const page = await log.right.read(`mesh-${agents[0]?.enrolled.meshId}`, { fromRevision: 0, maxCount: 100_000 })
  await log.right.close()
  if (E.isLeft(page)) throw new Error(page.left.code)
  const groups = groupByCommand(page.right)
  if (E.isLeft(groups)) throw new Error(groups.left.error.message)
  const state = replay(groups.right.flatMap(({ events }) => events))
  for (const { table, enrolled } of agents)
    expect(table?.fragments).toEqual(
      tableOfSnapshot(enrolled.hostId, projectSnapshot(state, enrolled.hostId)).fragments,
    )
}

it('ends within five seconds when asked to, and tells its agents', { timeout: 60_000 }, async () => {
  const data = await temporaryFolder()
  const server = await program.start(data)
  const token = server.adminToken ?? ''
  const { json } = await callApi(server.url, token, 'POST', '/networks', { name: 'office', range4: '10.66.0.0/16' })
  const body = { name: 'k', networkIds: [json.network.networkId] }
  const key = await callApi(server.url, token, 'POST', '/enrollment-keys', body)
  const keys = freshKeys()
  const agent = new FakeAgent(server.url, await enroll(server.url, key.json.token, keys, claimsOf('alpha')), keys)
  await until(() => agent.kinds().length > 0)
  const stream = await fetch(`${server.url}/api/v1/events/stream`, { headers: { authorization: `Bearer ${token}` } })
  expect(stream.status).toBe(200)
  const startedMs = Date.now()
  server.child.kill('SIGTERM')
  expect(await server.ended).toEqual({ code: 0, signal: null })
  expect(Date.now() - startedMs).toBeLessThan(5000)
  await until(() => agent.ends.length > 0)
  expect(agent.ends[0]?.code).toBe('server-stopping')
  await agent.close()
  await stream.body?.cancel().catch(() => {})
  for (const line of server.logged) {
    expect(line).not.toContain(token)
    expect(line).not.toContain(key.json.token)
    // As agents write them: one reader for both.
    expect(JSON.parse(line)).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: expect.stringMatching(/^(info|warn|error)$/),
      msg: expect.any(String),
    })
  }
  await rm(data, { recursive: true, force: true })
})

it('ends at once at the second signal', { timeout: 60_000 }, async () => {
  const data = await temporaryFolder()
  const server = await program.start(data)
  server.child.kill('SIGINT')
  server.child.kill('SIGINT')
  const { code } = await server.ended
  // The first one may have been enough already.
  expect([0, 130]).toContain(code)
  await rm(data, { recursive: true, force: true })
})
