/** Two servers on one data folder: either takes commands, agents are on any of them, nothing is lost or doubled. */
import { rm } from 'node:fs/promises'
import { projectSnapshot, tableOfSnapshot } from '@meshfold/core'
import { expect, it } from 'vitest'
import { claimsOf, endpointsOf, enroll, FakeAgent, freshKeys } from './support/fake-agent.js'
import { startTestServer, temporaryFolder, until } from './support/test-server.js'

it('starts at once on an empty folder as one mesh', { timeout: 30_000 }, async () => {
  const data = await temporaryFolder()
  const servers = await Promise.all([startTestServer({ data }), startTestServer({ data }), startTestServer({ data })])
  expect(new Set(servers.map(({ server }) => server.meshId)).size).toBe(1)
  const tokens = servers.map(({ server }) => server.adminToken).filter((token) => token !== null)
  expect(tokens).toHaveLength(1)
  await until(() => servers.every((test) => test.revision() === 0))
  const fingerprints = servers.map(({ server }) => server.context.identityFingerprint)
  expect(new Set(fingerprints).size).toBe(1)
  await Promise.all(servers.map((test) => test.stop()))
  await rm(data, { recursive: true, force: true })
})

it('takes commands at both at once', { timeout: 60_000 }, async () => {
  const data = await temporaryFolder()
  const one = await startTestServer({ data })
  const two = await startTestServer({ data, token: one.token })
  const network = await one.call('POST', '/networks', { name: 'office', range4: '10.66.0.0/16' })
  const networkIds = [network.json.network.networkId]
  const key = await one.call('POST', '/enrollment-keys', { name: 'k', networkIds, maxUses: 60 })
  const token: string = key.json.token

  const joins = Array.from({ length: 60 }, async (_, i) => {
    const keys = freshKeys()
    const enrolled = await enroll((i % 2 === 0 ? one : two).url, token, keys, claimsOf(`host-${i}`))
    return { keys, enrolled }
  })
  const joined = await Promise.all(joins)
  await until(() => one.revision() === two.revision())
  expect(one.server.context.service.state).toEqual(two.server.context.service.state)
  expect(one.server.context.service.state.hosts.size).toBe(60)
  const addresses = (await two.call('GET', '/nodes?limit=1000')).json.nodes.map(
    (node: { address4: string }) => node.address4,
  )
  expect(new Set(addresses).size).toBe(60)
  const keysNow = (await two.call('GET', '/enrollment-keys')).json.enrollmentKeys
  expect(keysNow[0]).toMatchObject({ uses: 60, status: 'used-up' })

  // An agent enrolled at one server connects to the other; a change reported there reaches agents here.
  const [a, b] = joined
  if (a === undefined || b === undefined) throw new Error('nobody joined')
  const here = new FakeAgent(one.url, a.enrolled, a.keys)
  const there = new FakeAgent(two.url, b.enrolled, b.keys)
  await until(() => here.kinds().length > 0 && there.kinds().length > 0)
  there.report({ endpoints: endpointsOf('192.0.2.8:51821') })
  await until(() => here.kinds().includes('patch'))
  const { state } = one.server.context.service
  expect(here.table?.fragments).toEqual(
    tableOfSnapshot(a.enrolled.hostId, projectSnapshot(state, a.enrolled.hostId)).fragments,
  )

  // It moves to the other server, which can tell from its own ring what was missed.
  await here.close()
  const moved = new FakeAgent(two.url, a.enrolled, a.keys, { from: here.table })
  await until(() => moved.kinds().length > 0)
  expect(moved.kinds()).toEqual(['patch'])
  await Promise.all([there.close(), moved.close()])
  await Promise.all([one.stop(), two.stop()])
  await rm(data, { recursive: true, force: true })
})
