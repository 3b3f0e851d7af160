/** Whatever comes in that is wrong: a clear error, nothing written, the server and others as before. */
import {
  type EnrollmentProof,
  type EnrollmentToken,
  encodeHostClaims,
  formatEnrollmentToken,
  generateEnrollmentSecret,
} from '@meshfold/core'
import { nodeCrypto } from '@meshfold/transport-ws'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  claimsOf,
  endpointsOf,
  enroll,
  FakeAgent,
  freshKeys,
  type HostKeyPairs,
  prove,
  publicKeysOf,
  readAnswer,
  readToken,
  sendProof,
} from './support/fake-agent.js'
import { type Answer, callApi, startTestServer, type TestServer, until } from './support/test-server.js'

let test: TestServer
let networkId: string
let bystander: FakeAgent
let revisionBefore: number

beforeAll(async () => {
  test = await startTestServer()
  const network = await test.call('POST', '/networks', { name: 'office', range4: '10.66.0.0/24' })
  networkId = network.json.network.networkId
  const keys = freshKeys()
  const enrolled = await enroll(test.url, await newToken('bystander'), keys, claimsOf('bystander'))
  bystander = new FakeAgent(test.url, enrolled, keys)
  await until(() => bystander.kinds().length > 0)
})

afterAll(async () => {
  await bystander.close()
  await test.dispose()
})

const newToken = async (name: string, terms: object = {}): Promise<string> => {
  const { json } = await test.call('POST', '/enrollment-keys', { name, networkIds: [networkId], ...terms })
  return json.token
}

/** Nothing was written, the server answers, and the agent that did nothing wrong is still connected. */
const expectUntouched = async () => {
  expect(test.revision()).toBe(revisionBefore)
  expect((await callApi(test.url, null, 'GET', '/readyz')).status).toBe(200)
  expect(bystander.status().state).toBe('connected')
  expect(bystander.problems).toEqual([])
}

const expectRefusal = (answer: Answer, status: number, code: string) => {
  expect(answer.json).toMatchObject({ error: { code } })
  expect(answer.status).toBe(status)
  expect(answer.json.error.message).toMatch(/^[^\n]{10,}$/)
}

describe('the HTTP API', () => {
  beforeEach(() => {
    revisionBefore = test.revision()
  })
  afterEach(expectUntouched)

  const bodies: readonly (readonly [string, string, unknown, number, string, string])[] = [
    ['malformed JSON', '/networks', '{"name":', 400, 'malformed-json', 'JSON'],
    ['no object', '/networks', [], 400, 'invalid-input', '$'],
    ['a missing field', '/networks', {}, 400, 'invalid-input', '$.name'],
    ['a wrong type', '/networks', { name: 7 }, 400, 'invalid-input', '$.name'],
    ['a field that nobody knows', '/networks', { name: 'x', rang4: '10.0.0.0/24' }, 400, 'invalid-input', '$.rang4'],
    ['a prefix length of 33', '/networks', { name: 'x', range4: '10.0.0.0/33' }, 400, 'invalid-input', '$.range4'],
    ['a blank before a prefix', '/networks', { name: 'x', range4: ' 10.0.0.0/8' }, 400, 'invalid-input', '$.range4'],
    ['no prefix', '/networks', { name: 'x', range4: '10.1' }, 400, 'invalid-input', '$.range4'],
    ['an IPv4 range as IPv6', '/networks', { name: 'x', range6: '10.9.0.0/24' }, 400, 'range-wrong-family', 'IPv6'],
    ['no range', '/networks', { name: 'x' }, 400, 'network-needs-range', 'range'],
    ['a taken range', '/networks', { name: 'x', range4: '10.66.0.0/16' }, 409, 'range-overlaps', 'office'],
    ['a taken name', '/networks', { name: 'office', range4: '10.9.0.0/24' }, 409, 'network-name-taken', 'office'],
    ['a name with capitals', '/networks', { name: 'Office', range4: '10.9.0.0/24' }, 400, 'invalid-input', '$.name'],
    [
      'a key for no network',
      '/enrollment-keys',
      { name: 'x', networkIds: [] },
      400,
      'enrollment-key-needs-network',
      'network',
    ],
    [
      'a key for a network that is not there',
      '/enrollment-keys',
      { name: 'x', networkIds: ['gone'] },
      404,
      'network-unknown',
      'gone',
    ],
    [
      'a key with half a use',
      '/enrollment-keys',
      { name: 'x', networkIds: [], maxUses: 0.5 },
      400,
      'invalid-input',
      '$.maxUses',
    ],
    ['a command that nobody knows', '/commands', { type: 'Reboot' }, 400, 'invalid-input', '$.type'],
    ['a command named like a method', '/commands', { type: 'constructor' }, 400, 'invalid-input', '$.type'],
    [
      'a command with a wrong field',
      '/commands',
      { type: 'RemoveHost', hostId: '../etc' },
      400,
      'invalid-input',
      '$.hostId',
    ],
    ['__proto__', '/commands', '{"__proto__":{"admin":true}}', 400, 'malformed-json', 'JSON'],
    ['a body that is too large', '/networks', { name: 'x'.repeat(70_000) }, 413, 'body-too-large', 'large'],
  ]
  it.each(bodies)('refuses %s', async (_, path, body, status, code, word) => {
    const answer = await test.call('POST', path, body)
    expectRefusal(answer, status, code)
    expect(answer.json.error.message).toContain(word)
  })

  it('refuses what is not JSON, paths that are not there, and ids that are none', async () => {
    expectRefusal(
      await test.call('POST', '/networks', 'name=x', { 'content-type': 'text/plain' }),
      415,
      'unsupported-media-type',
    )
    expectRefusal(await test.call('GET', '/nothing'), 404, 'no-such-route')
    expectRefusal(await test.call('PUT', '/networks'), 404, 'no-such-route')
    expectRefusal(await test.call('GET', '/hosts/%00'), 400, 'invalid-input')
    expectRefusal(await test.call('GET', '/hosts/host-x'), 404, 'host-unknown')
    expectRefusal(await test.call('DELETE', '/nodes/node-x'), 404, 'node-unknown')
    expectRefusal(await test.call('GET', '/events?from=-1'), 400, 'invalid-input')
    expectRefusal(await test.call('GET', '/events?form=1'), 400, 'invalid-input')
    expectRefusal(await test.call('GET', '/hosts', undefined, { 'meshfold-reason': '%E0%A4' }), 400, 'reason-invalid')
  })

  it('refuses URLs that can not be read, in the same form, without repeating them', async () => {
    const answers = [
      await test.call('GET', '/hosts/%E0%A4%A'),
      await test.call('GET', `/hosts/${'secret'.repeat(100)}`),
      await test.call('GET', `/%zz${'secret'.repeat(10)}`),
    ]
    expectRefusal(answers[0] as Answer, 400, 'url-malformed')
    expectRefusal(answers[1] as Answer, 414, 'url-too-long')
    expectRefusal(answers[2] as Answer, 400, 'url-malformed')
    for (const { text } of answers) expect(text).not.toContain('secret')
    const response = await fetch(`${test.url}/api/v1/hosts/%E0%A4%A`)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('does not follow events for somebody who asks for the head only', async () => {
    const head = (path: string) =>
      fetch(`${test.url}${path}`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${test.token}` },
        signal: AbortSignal.timeout(3000),
      })
    expect((await head('/api/v1/events/stream')).status).toBe(404)
    expect((await head('/api/v1/mesh')).status).toBe(200)
  })

  it('refuses calls from pages of other sites, and under names that are not ours', async () => {
    expectRefusal(await test.call('GET', '/mesh', undefined, { origin: 'https://evil.example' }), 403, 'origin-refused')
    const { request } = await import('node:http')
    const { port } = new URL(test.url)
    const status = await new Promise<number | undefined>((resolve) => {
      const headers = { host: 'evil.example:7400', authorization: `Bearer ${test.token}` }
      request({ port, host: '127.0.0.1', path: '/api/v1/mesh', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).end()
    })
    expect(status).toBe(421)
  })
})

describe('enrolment', () => {
  let token: EnrollmentToken
  let keys: HostKeyPairs
  const claims = encodeHostClaims(claimsOf('newcomer'))
  let isWriting = false

  beforeEach(async () => {
    token = readToken(await newToken(`key-${Math.random().toString(36).slice(2)}`))
    keys = freshKeys()
    revisionBefore = test.revision()
    isWriting = false
  })
  afterEach(async () => {
    if (!isWriting) await expectUntouched()
  })

  const post = (path: string, body: unknown) => callApi(test.url, null, 'POST', `/enrollment/${path}`, body)
  const spoilt = async (change: (proof: EnrollmentProof) => EnrollmentProof) =>
    sendProof(test.url, change(await prove(test.url, token, keys, claims)))

  it('refuses requests that are none', async () => {
    expectRefusal(await post('challenge', '{'), 400, 'malformed-json')
    expectRefusal(await post('challenge', {}), 400, 'invalid-input')
    expectRefusal(
      await post('challenge', { keyId: 'k', wireguardKey: 'x', identityKey: 7, hostNonce: '' }),
      400,
      'invalid-input',
    )
    expectRefusal(await post('proof', {}), 400, 'invalid-input')
    expectRefusal(await post('challenge', { keyId: 'x'.repeat(10_000) }), 413, 'body-too-large')
    expectRefusal(await post('proof', { claims: 'x'.repeat(600_000) }), 413, 'body-too-large')
  })

  it('refuses a wrong secret, and a key that is not there, in the same words', async () => {
    const wrong = { ...token, secret: generateEnrollmentSecret(nodeCrypto) }
    const answer = await sendProof(test.url, await prove(test.url, wrong, keys, claims))
    expectRefusal(answer, 403, 'enrollment-key-invalid')
    const unknown = readToken(formatEnrollmentToken({ ...token, keyId: 'key_none' as typeof token.keyId }))
    const other = await sendProof(test.url, await prove(test.url, unknown, keys, claims))
    expect(other.json).toEqual(answer.json)
  })

  it('refuses a revoked and an expired key', async () => {
    await test.call('POST', `/enrollment-keys/${token.keyId}/revoke`)
    // A busy machine takes a while to make it, and one that has expired can't be made.
    const expiresAtEpochMs = Date.now() + 1000
    const expiring = readToken(await newToken('expiring', { expiresAtEpochMs }))
    await until(() => Date.now() > expiresAtEpochMs)
    revisionBefore = test.revision()
    expectRefusal(await sendProof(test.url, await prove(test.url, token, keys, claims)), 403, 'enrollment-key-revoked')
    expectRefusal(
      await sendProof(test.url, await prove(test.url, expiring, keys, claims)),
      403,
      'enrollment-key-expired',
    )
  })

  it('refuses a host that does not hold the WireGuard key it names', async () => {
    const stolen = { ...keys, wireguard: { ...freshKeys().wireguard, publicKey: freshKeys().wireguard.publicKey } }
    const answer = await sendProof(test.url, await prove(test.url, token, stolen, claims))
    expectRefusal(answer, 403, 'wireguard-key-not-proven')
  })

  it('refuses a host that does not hold the identity key it names', async () => {
    const stolen = { ...keys, identity: { ...freshKeys().identity, publicKey: freshKeys().identity.publicKey } }
    const answer = await sendProof(test.url, await prove(test.url, token, stolen, claims))
    expectRefusal(answer, 403, 'identity-key-not-proven')
  })

  it('refuses proofs that were changed on the way', async () => {
    const other = publicKeysOf(freshKeys())
    expectRefusal(
      await spoilt((proof) => ({ ...proof, wireguardKey: other.wireguardKey })),
      403,
      'wireguard-key-not-proven',
    )
    expectRefusal(
      await spoilt((proof) => ({ ...proof, identityKey: other.identityKey })),
      403,
      'identity-key-not-proven',
    )
    expectRefusal(await spoilt((proof) => ({ ...proof, claims: `${proof.claims} ` })), 403, 'wireguard-key-not-proven')
    expectRefusal(await spoilt((proof) => ({ ...proof, nonce: nodeCrypto.randomBytes(16) })), 404, 'challenge-unknown')
  })

  it('gives up a challenge after three wrong proofs', async () => {
    const proof = await prove(test.url, token, keys, claims)
    const wrong = { ...proof, mac: nodeCrypto.randomBytes(32) }
    for (let i = 0; i < 3; i += 1) expectRefusal(await sendProof(test.url, wrong), 403, 'wireguard-key-not-proven')
    expectRefusal(await sendProof(test.url, proof), 404, 'challenge-unknown')
  })

  it('refuses claims that are no claims, and endpoints that could aim at others', async () => {
    const send = async (text: string) => sendProof(test.url, await prove(test.url, token, keys, text))
    expectRefusal(await send('{'), 400, 'claims-invalid')
    expectRefusal(await send('{"name":"x"}'), 400, 'claims-invalid')
    const aimed = (endpoint: string) => encodeHostClaims(claimsOf('x', { endpoints: endpointsOf(endpoint) }))
    expectRefusal(await send(aimed('127.0.0.1:53')), 400, 'endpoint-refused')
    expectRefusal(await send(aimed('224.0.0.1:53')), 400, 'endpoint-refused')
    expectRefusal(await send(aimed('10.66.0.7:53')), 400, 'endpoint-refused')
  })

  it('refuses one use too many, and burns none for it', async () => {
    isWriting = true
    const once = await newToken('once', { maxUses: 1 })
    const first = freshKeys()
    const enrolled = await enroll(test.url, once, first, claimsOf('first'))
    const revision = test.revision()
    const answer = await sendProof(test.url, await prove(test.url, readToken(once), keys, claims))
    expectRefusal(answer, 403, 'enrollment-key-used-up')
    expect(test.revision()).toBe(revision)
    // The one that is in may ask again.
    const again = await enroll(test.url, once, first, claimsOf('first'))
    expect(again).toEqual(enrolled)
    expect(test.revision()).toBe(revision)
  })

  it('takes the same proof twice for one host and one use, at once and after another', async () => {
    isWriting = true
    const once = await newToken('twice', { maxUses: 1 })
    const proof = await prove(test.url, readToken(once), keys, claims)
    const answers = await Promise.all([sendProof(test.url, proof), sendProof(test.url, proof)])
    const late = await sendProof(test.url, proof)
    expect(answers.map(({ text }) => text)).toEqual([late.text, late.text])
    expect(readAnswer(late, proof).hostId).toMatch(/^host_/)
    const { json } = await test.call('GET', '/enrollment-keys')
    expect(json.enrollmentKeys.find((key: { name: string }) => key.name === 'twice')).toMatchObject({ uses: 1 })
  })

  it('refuses the keys of a host that was removed', async () => {
    isWriting = true
    const text = formatEnrollmentToken(token)
    const { hostId } = await enroll(test.url, text, keys, claimsOf('gone'))
    await test.call('DELETE', `/hosts/${hostId}`)
    expectRefusal(await sendProof(test.url, await prove(test.url, token, keys, claims)), 403, 'host-retired')
  })
})

describe('agents', () => {
  const newcomer = async (name: string) => {
    const keys = freshKeys()
    const enrolled = await enroll(test.url, await newToken(name), keys, claimsOf(name))
    return { keys, enrolled }
  }
  const connected = async (name: string) => {
    const { keys, enrolled } = await newcomer(name)
    const agent = new FakeAgent(test.url, enrolled, keys)
    await until(() => agent.kinds().length > 0)
    revisionBefore = test.revision()
    return agent
  }

  it.each([
    ['malformed JSON', '{"type":"report"'],
    ['a wrong type', '{"type":"ack","asOf":3,"outcome":"applied","detail":null}'],
    ['a message that nobody knows', '{"type":"format-disk"}'],
    ['a report about another host', '{"type":"report","hostId":"host_x","report":{}}'],
  ])('that send %s are disconnected with the reason, and may come back', async (name, text) => {
    const agent = await connected(name.replaceAll(/[^a-z]/gi, '-').toLowerCase())
    agent.sendText(text)
    await until(() => agent.ends.length > 0)
    expect(agent.ends[0]?.code).toBe('protocol-violated')
    await until(() => agent.status().state === 'connected', 10_000)
    await agent.close()
    await expectUntouched()
  })

  it('that send too much at once are disconnected', async () => {
    const agent = await connected('large')
    // More than the server takes as one message; its own end would not send it either, so the limit is lifted there.
    const { keys, enrolled } = await newcomer('larger')
    const large = new FakeAgent(test.url, enrolled, keys, {
      limits: { maxSentLength: 64 * 1024 * 1024, maxQueuedLength: 64 * 1024 * 1024 },
    })
    await until(() => large.kinds().length > 0)
    revisionBefore = test.revision()
    large.sendText(`{"type":"resume","asOf":${' '.repeat(9 * 1024 * 1024)}null}`)
    await until(() => large.ends.length > 0)
    expect(large.ends[0]?.code).toBe('message-too-large')
    await Promise.all([agent.close(), large.close()])
    await expectUntouched()
  })

  it('may send the table of a network of 10,000 hosts', async () => {
    const { keys, enrolled } = await newcomer('among-many')
    const limits = { maxSentLength: 64 * 1024 * 1024, maxQueuedLength: 64 * 1024 * 1024 }
    const agent = new FakeAgent(test.url, enrolled, keys, { limits })
    await until(() => agent.kinds().length > 0)
    revisionBefore = test.revision()
    // Ids of the longest kind: a host and a node each.
    const versions = Array.from({ length: 20_000 }, (_, i) => {
      const id = `${i % 2 === 0 ? 'host' : 'node'}:${String(i).padStart(64, 'x')}`
      return [id, '0123456789abcdef']
    })
    const text = JSON.stringify({ type: 'table', versions })
    expect(text.length).toBeGreaterThan(1024 * 1024)
    agent.sendText(text)
    await until(() => agent.kinds().filter((kind) => kind === 'patch').length > 0 || agent.ends.length > 0)
    expect(agent.ends).toEqual([])
    await agent.close()
    await expectUntouched()
  })

  it('with the id of another host are not let in', async () => {
    const [victim, thief] = [await newcomer('victim'), await newcomer('thief')]
    revisionBefore = test.revision()
    const agent = new FakeAgent(test.url, victim.enrolled, thief.keys)
    await until(() => {
      const status = agent.status()
      return status.state === 'connecting' && status.lastEnd !== null
    })
    expect(agent.status()).toMatchObject({ lastEnd: { code: 'authentication-failed' } })
    expect(agent.received).toEqual([])
    expect(test.server.context.sessions.presence.of(victim.enrolled.hostId)).toBeUndefined()
    await agent.close()
    await expectUntouched()
  })

  it('of a removed host are not let in again', async () => {
    const { keys, enrolled } = await newcomer('removed')
    const agent = new FakeAgent(test.url, enrolled, keys)
    await until(() => agent.kinds().length > 0)
    await test.call('DELETE', `/hosts/${enrolled.hostId}`)
    revisionBefore = test.revision()
    await until(() => {
      const status = agent.status()
      return status.state === 'connecting' && status.lastEnd?.code === 'authentication-failed'
    })
    await agent.close()
    await expectUntouched()
  })
})
