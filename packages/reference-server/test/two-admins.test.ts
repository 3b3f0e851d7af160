/** Two administrators at two servers of one log, at the same moment: each command is carried out once or refused, in an order that both see. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { buildServerProgram, type ServerProgram } from './support/server-process.js'
import { type Answer, callApi, temporaryFolder, until } from './support/test-server.js'

let program: ServerProgram
beforeAll(async () => {
  program = await buildServerProgram()
}, 60_000)
afterAll(() => program.remove())

type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

/** Two servers of one new mesh, and what to call them with. */
const withTwo = async (play: (one: Call, two: Call) => Promise<void>) => {
  const data = await temporaryFolder()
  onTestFinished(() => rm(data, { recursive: true, force: true }))
  const started = async () => {
    const server = await program.start(data)
    onTestFinished(async () => {
      server.child.kill('SIGTERM')
      await server.ended
    })
    return server
  }
  const [first, second] = [await started(), await started()]
  const token = first.adminToken ?? ''
  const [one, two] = [first, second].map(
    ({ url }): Call =>
      (...call) =>
        callApi(url, token, ...call),
  )
  if (one === undefined || two === undefined) throw new Error('no servers')
  await play(one, two)
}

const give = (call: Call, fields: object, headers?: Record<string, string>) =>
  call('POST', '/commands', fields, headers)

const revisionOf = async (call: Call): Promise<number> => (await call('GET', '/mesh')).json.mesh.asOf.revision

it('what one server has answered, the other goes by', { timeout: 60_000 }, async () => {
  await withTwo(async (one, two) => {
    for (let i = 0; i < 30; i += 1) {
      const added = await give(one, { type: 'AddGroup', name: `group-${i}` })
      expect(added.status).toBe(200)
      const { groupId } = added.json.events[0]
      expect(await give(two, { type: 'RemoveGroup', groupId })).toMatchObject({ status: 200 })
    }
    const { json } = await one('POST', '/networks', { name: 'zero', range4: '10.66.0.0/24' })
    const { networkId } = json.network
    const nameAt = async (call: Call) => (await call('GET', '/networks')).json.networks[0].name
    for (let i = 0; i < 30; i += 1) {
      const call = i % 2 === 0 ? one : two
      const name = ['red', 'blue', 'red', 'green'][i % 4]
      expect((await give(call, { type: 'UpdateNetwork', networkId, name })).status).toBe(200)
      expect(await nameAt(call)).toBe(name)
      // The other one, as it was before: what it takes for so already isn't.
      const other = call === one ? two : one
      expect((await give(other, { type: 'UpdateNetwork', networkId, name: 'zero' })).status).toBe(200)
      expect(await nameAt(other)).toBe('zero')
    }
  })
})

it('hundreds of commands at once: none lost, none twice, every answer a success or a clear refusal', {
  timeout: 120_000,
}, async () => {
  await withTwo(async (one, two) => {
    const names = Array.from({ length: 250 }, (_, i) => `group-${i}`)
    // The same name at both; and each call twice, as after a lost reply, once at either server.
    const asked = names.flatMap((name) =>
      [one, two].flatMap((call, at) => {
        const again = call === one ? two : one
        const key = { 'idempotency-key': `${name}.${at}` }
        return [call, again].map((to) => ({
          name,
          key: `${name}.${at}`,
          answer: give(to, { type: 'AddGroup', name }, key),
        }))
      }),
    )
    const answered = await Promise.all(asked.map(async ({ answer, ...rest }) => ({ ...rest, answer: await answer })))
    const odd = answered.filter(
      ({ answer: { status, json } }) => status !== 200 && json?.error?.code !== 'group-name-taken',
    )
    expect(odd.map(({ answer }) => answer.text)).toEqual([])
    for (const name of names) {
      const keys = new Set(
        answered.filter((each) => each.name === name && each.answer.status === 200).map(({ key }) => key),
      )
      expect([name, keys.size]).toEqual([name, 1])
    }
    for (const key of new Set(answered.map((each) => each.key))) {
      const statuses = answered.filter((each) => each.key === key).map(({ answer }) => answer.status)
      expect([key, new Set(statuses).size]).toEqual([key, 1])
    }
    await until(async () => (await revisionOf(one)) === (await revisionOf(two)))
    const [here, there] = [await one('GET', '/groups?limit=1000'), await two('GET', '/groups?limit=1000')]
    expect(here.json).toEqual(there.json)
    const { events } = (await one('GET', '/events?from=0&limit=1000')).json
    const added = events.filter(({ type }: { type: string }) => type === 'GroupAdded')
    expect(added.map(({ data }: { data: { name: string } }) => data.name).sort()).toEqual([...names].sort())
  })
})
