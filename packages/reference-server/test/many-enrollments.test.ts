import { largeMapValues } from '@meshfold/core'
import { expect, it } from 'vitest'
import { claimsOf, enroll, FakeAgent, freshKeys } from './support/fake-agent.js'
import { startTestServer, until } from './support/test-server.js'

it('takes 300 hosts that enrol at once, while others are connected', { timeout: 120_000 }, async () => {
  const test = await startTestServer()
  const { json } = await test.call('POST', '/networks', { name: 'office', range4: '10.66.0.0/16' })
  const key = await test.call('POST', '/enrollment-keys', {
    name: 'k',
    networkIds: [json.network.networkId],
    maxUses: 301,
  })
  const keys = freshKeys()
  const onlooker = new FakeAgent(test.url, await enroll(test.url, key.json.token, keys, claimsOf('onlooker')), keys)
  await until(() => onlooker.kinds().length > 0)

  const enrolled = await Promise.all(
    Array.from({ length: 300 }, (_, i) => enroll(test.url, key.json.token, freshKeys(), claimsOf(`host-${i}`))),
  )
  const { state } = test.server.context.service
  expect(new Set(enrolled.map(({ hostId }) => hostId)).size).toBe(300)
  expect(state.nodes.size).toBe(301)
  expect(new Set([...largeMapValues(state.nodes)].map(({ address4 }) => address4)).size).toBe(301)
  expect([...largeMapValues(state.enrollmentKeys)][0]?.uses).toBe(301)
  // Group commit: far fewer appends than hosts.
  const metrics = (await test.call('GET', '/metrics')).text
  const appends = Number(/^meshfold_event_log_append_seconds_count (\d+)$/m.exec(metrics)?.[1])
  expect(appends).toBeLessThan(200)
  await until(() => onlooker.reached?.revision === test.revision(), 10_000)
  expect(onlooker.kinds().filter((kind) => kind === 'snapshot')).toHaveLength(1)
  expect(onlooker.problems).toEqual([])
  expect(onlooker.table?.fragments.size).toBe(1 + 300 + 300 + 5)
  await onlooker.close()
  await test.dispose()
})
