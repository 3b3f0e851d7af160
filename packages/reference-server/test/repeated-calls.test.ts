import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from './support/test-server.js'

let test: TestServer
beforeEach(async () => {
  test = await startTestServer()
})
afterEach(() => test.dispose())

const key = { 'idempotency-key': 'try-1' }
const office = { name: 'office', range4: '10.66.0.0/24' }

describe('a call with an Idempotency-Key', () => {
  it('is carried out once, and gets the same answer again', async () => {
    const first = await test.call('POST', '/networks', office, key)
    const revision = test.revision()
    const again = await test.call('POST', '/networks', office, key)
    expect(again).toEqual(first)
    expect(first.status).toBe(201)
    expect(test.revision()).toBe(revision)
  })

  it('gets the token of a created key again', async () => {
    const { json } = await test.call('POST', '/networks', office)
    const body = { name: 'k', networkIds: [json.network.networkId] }
    const [one, two] = await Promise.all([
      test.call('POST', '/enrollment-keys', body, key),
      test.call('POST', '/enrollment-keys', body, key),
    ])
    expect(one.json.token).toMatch(/^key_/)
    expect(two.json.token).toBe(one.json.token)
  })

  it('gets the same refusal again, although it would go well by now', async () => {
    await test.call('POST', '/networks', office)
    const refused = await test.call('POST', '/networks', office, key)
    expect(refused.status).toBe(409)
    expect(await test.call('POST', '/networks', office, key)).toEqual(refused)
  })

  it('is refused when it comes with another body', async () => {
    await test.call('POST', '/networks', office, key)
    const other = await test.call('POST', '/networks', { name: 'lab', range4: '10.67.0.0/24' }, key)
    expect(other).toMatchObject({ status: 422, json: { error: { code: 'idempotency-key-reused' } } })
  })

  it('is known after a restart of the server, by the log', async () => {
    const first = await test.call('POST', '/networks', office, key)
    const made = await test.call(
      'POST',
      '/enrollment-keys',
      { name: 'k', networkIds: [first.json.network.networkId] },
      key,
    )
    expect(made.status).toBe(201)
    const revision = test.revision()
    await test.stop()
    const again = await startTestServer({ data: test.data, token: test.token })
    const answer = await again.call('POST', '/networks', office, key)
    expect(answer).toEqual(first)
    const token = await again.call(
      'POST',
      '/enrollment-keys',
      { name: 'k', networkIds: [first.json.network.networkId] },
      key,
    )
    expect(token).toMatchObject({ status: 409, json: { error: { code: 'token-shown-before' } } })
    expect(again.revision()).toBe(revision)
    await again.stop()
  })

  it('is refused with a key that is none', async () => {
    const answer = await test.call('POST', '/networks', office, { 'idempotency-key': 'with a blank' })
    expect(answer).toMatchObject({ status: 400, json: { error: { code: 'idempotency-key-invalid' } } })
  })

  it('keeps who and why beside the events', async () => {
    await test.call('POST', '/networks', office, { ...key, 'meshfold-reason': encodeURIComponent('für später') })
    const { json } = await test.call('GET', '/events?from=1')
    expect(json.events[0]).toMatchObject({ actor: 'admin', reason: 'für später', source: '127.0.0.1' })
  })
})

describe('a generic command', () => {
  it('gets its time and missing ids from the server', async () => {
    const settings = { keepaliveSeconds: 0, mtuBytes: 1400, joinApproval: 'automatic', clientDns: [] }
    const command = { type: 'CreateNetwork', name: 'lab', range4: '10.1.0.0/24', range6: null, settings }
    const answer = await test.call('POST', '/commands', command)
    expect(answer.json).toMatchObject({ revision: 1, events: [{ type: 'NetworkCreated', name: 'lab' }] })
    const again = await test.call('POST', '/commands', { ...command, networkId: answer.json.events[0].networkId })
    expect(again.json.events).toEqual([])
  })
})
