/** Tokens, private keys and hashes of secrets: in no log line, list, event, error or metric. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeBase64, encodeHex, encodeHostClaims, hashEnrollmentSecret } from '@meshfold/core'
import { nodeCrypto } from '@meshfold/transport-ws'
import { expect, it } from 'vitest'
import { claimsOf, enroll, FakeAgent, freshKeys, prove, readToken, sendProof } from './support/fake-agent.js'
import { callApi, startTestServer, until } from './support/test-server.js'

it('secrets are shown once, by the call that makes them, and nowhere else', async () => {
  const test = await startTestServer()
  const answers: string[] = []
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await test.call(method, path, body)
    answers.push(answer.text)
    return answer
  }
  const { json } = await call('POST', '/networks', { name: 'office', range4: '10.66.0.0/24' })
  const created = await test.call('POST', '/enrollment-keys', { name: 'k', networkIds: [json.network.networkId] })
  const tokenText: string = created.json.token
  const token = readToken(tokenText)
  const keys = freshKeys()
  const enrolled = await enroll(test.url, tokenText, keys, claimsOf('alpha'))
  const agent = new FakeAgent(test.url, enrolled, keys)
  await until(() => agent.kinds().length > 0)

  const spoilt = await prove(test.url, token, freshKeys(), encodeHostClaims(claimsOf('beta')))
  answers.push((await sendProof(test.url, { ...spoilt, mac: nodeCrypto.randomBytes(32) })).text)
  answers.push((await callApi(test.url, `${test.token}x`, 'GET', '/mesh')).text)
  answers.push((await test.call('POST', '/networks', `{"name": ${tokenText}`)).text)
  answers.push((await test.call('GET', `/hosts/${test.token}/config`)).text)
  agent.sendText(`{"token":"${tokenText}"}`)
  await until(() => agent.ends.length > 0)
  const lists = [
    '/enrollment-keys',
    `/enrollment-keys/${token.keyId}`,
    '/events',
    '/hosts',
    '/networks',
    '/nodes',
    '/mesh',
    '/state',
    '/state?at=3',
    '/diff?from=0&effects=true',
    '/explain?from=alpha&to=alpha',
    `/networks/${json.network.networkId}/policy-tests`,
  ]
  const terms = { name: 'hashed', networkIds: [json.network.networkId], maxUses: 1, expiresAtEpochMs: null }
  const secretHash = hashEnrollmentSecret(nodeCrypto, token.secret)
  const hashed = { type: 'CreateEnrollmentKey', secretHash, preApproved: false, ephemeral: false, ...terms }
  for (const path of ['/commands?dryRun=true', '/commands']) await call('POST', path, hashed)
  for (const path of [...lists, `/hosts/${enrolled.hostId}/config`, '/metrics']) await call('GET', path)

  const identity = new Uint8Array(await readFile(join(test.data, 'secrets', 'server-identity')))
  const secrets = [
    test.token,
    tokenText,
    token.secret,
    hashEnrollmentSecret(nodeCrypto, token.secret),
    ...[keys.identity.privateKey, keys.wireguard.privateKey, identity].flatMap((key) => [
      encodeBase64(key, 'standard'),
      encodeBase64(key, 'url'),
      encodeHex(key),
    ]),
    encodeHex(nodeCrypto.sha256(new TextEncoder().encode(test.token))),
  ]
  expect(answers.length).toBeGreaterThan(12)
  for (const text of [...answers, ...test.logged]) for (const secret of secrets) expect(text).not.toContain(secret)
  expect(answers.join()).not.toContain('secretHash')

  await agent.close()
  await test.stop()
  const events = await readFile(join(test.data, 'events.sqlite'))
  for (const secret of [test.token, tokenText, token.secret]) expect(events.includes(secret)).toBe(false)
  await expectPrivate(test.data)
  await test.dispose()
})

const expectPrivate = async (folder: string): Promise<void> => {
  expect((await stat(folder)).mode & 0o077, folder).toBe(0)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    expect((await stat(path)).mode & 0o077, path).toBe(0)
    if (entry.isDirectory()) await expectPrivate(path)
  }
}
