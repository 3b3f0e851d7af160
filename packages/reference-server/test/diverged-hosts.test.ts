/** A host that took something back (A10), or would not take it: what a person sees of it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commandLineOf } from './support/command-line.js'
import { claimsOf, enroll, FakeAgent, freshKeys } from './support/fake-agent.js'
import { startTestServer, type TestServer, until } from './support/test-server.js'

let test: TestServer
let agent: FakeAgent
const { ok } = commandLineOf(() => test)

beforeEach(async () => {
  test = await startTestServer()
  const network = await test.call('POST', '/networks', { name: 'office', range4: '10.66.0.0/24' })
  const { networkId } = network.json.network
  const key = await test.call('POST', '/enrollment-keys', { name: 'first', networkIds: [networkId] })
  const keys = freshKeys()
  agent = new FakeAgent(test.url, await enroll(test.url, key.json.token, keys, claimsOf('alpha')), keys)
  await until(() => agent.kinds().length === 1)
})

afterEach(async () => {
  await agent.close()
  await test.dispose()
})

const detail = 'full-tunnel of revision 4 (epoch 1) cut this host off from its server: as before since'

const acknowledged = async (outcome: 'applied' | 'failed' | 'reverted', words: string | null): Promise<void> => {
  agent.send({ type: 'ack', asOf: { epoch: 1, revision: 4 }, outcome, detail: words })
  const seen = async () => (await test.call('GET', '/hosts')).json.hosts[0].presence.outcome === outcome
  await until(seen)
}

it('A10 what was taken back is told with the reason and the way out, until it is in effect', async () => {
  await acknowledged('reverted', detail)
  const wayOut = 'change what cut it off, or run on the host: meshfold-agent retry'
  const list = await ok('host', 'list')
  expect(list).toMatch(/alpha +online, diverged +4 /)
  expect(list).toContain(`\nalpha: ${detail}; ${wayOut}\n`)
  const shown = await ok('host', 'show', 'alpha')
  expect(shown).toMatch(/state +online, diverged\n/)
  expect(shown).toContain(`because        ${detail}\nway out        ${wayOut}\n`)
  expect(await ok('status')).toContain('1 online here, 1 of them not as configured: meshfold host list says why')
  await acknowledged('applied', null)
  expect(await ok('host', 'list')).not.toContain('retry')
  expect(await ok('status')).toMatch(/1 online here\n/)
})

it('what a host would not take is told with what it said', async () => {
  await acknowledged('failed', 'the port 51821 is in use')
  const list = await ok('host', 'list')
  expect(list).toContain('online, failing')
  expect(list).toContain('\nalpha: the port 51821 is in use\n')
})
