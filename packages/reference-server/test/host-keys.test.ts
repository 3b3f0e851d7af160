/** Connected hosts get other WireGuard keys, and nobody gets one that isn't its own to have (A11). */
import {
  type KeyChallenge,
  type KeyProof,
  type KeyRefused,
  largeMapGet,
  proveKey,
  type WireguardPublicKey,
} from '@meshfold/core'
import { nodeCrypto } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimsOf, enroll, FakeAgent, freshKeys, type HostKeyPairs, publicKeysOf } from './support/fake-agent.js'
import { startTestServer, type TestServer, until } from './support/test-server.js'

let server: TestServer
let token: string
let agents: FakeAgent[] = []

beforeEach(async () => {
  agents = []
  server = await startTestServer()
  const network = await server.call('POST', '/networks', { name: 'office', range4: '10.66.0.0/24' })
  const key = await server.call('POST', '/enrollment-keys', {
    name: 'first',
    networkIds: [network.json.network.networkId],
  })
  token = key.json.token
})

afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.close()))
  await server.dispose()
})

interface Joined {
  readonly keys: HostKeyPairs
  readonly agent: FakeAgent
}

const join = async (name: string): Promise<Joined> => {
  const keys = freshKeys()
  const enrolled = await enroll(server.url, token, keys, claimsOf(name))
  const agent = new FakeAgent(server.url, enrolled, keys)
  agents.push(agent)
  await until(() => agent.table !== undefined)
  return { keys, agent }
}

const keyOf = ({ agent }: Joined) =>
  largeMapGet(server.server.context.service.state.hosts, agent.enrolled.hostId)?.wireguardKey

const challengesOf = ({ agent }: Joined): readonly KeyChallenge[] =>
  agent.received.flatMap((message) => (message.type === 'key-challenge' ? [message.challenge] : []))

const refusalsOf = ({ agent }: Joined): readonly KeyRefused[] =>
  agent.received.flatMap((message) => (message.type === 'key-refused' ? [message] : []))

/** Names a key, and answers with the challenge. */
const offer = async (host: Joined, wireguardKey: WireguardPublicKey): Promise<KeyChallenge> => {
  const before = challengesOf(host).length
  host.agent.send({ type: 'offer-key', wireguardKey })
  await until(() => challengesOf(host).length > before)
  const challenge = challengesOf(host).at(-1)
  if (challenge === undefined) throw new Error('no challenge')
  return challenge
}

const proofOf = ({ agent, keys }: Joined, challenge: KeyChallenge, pair: HostKeyPairs): KeyProof => {
  const { meshId, hostId } = agent.enrolled
  const proof = proveKey(nodeCrypto, {
    about: { meshId, hostId, wireguardKey: challenge.wireguardKey },
    challenge,
    wireguardPrivateKey: pair.wireguard.privateKey,
    identityPrivateKey: keys.identity.privateKey,
  })
  if (E.isLeft(proof)) throw new Error(proof.left.code)
  return proof.right
}

const wireguardKeyOf = (pair: HostKeyPairs) => publicKeysOf(pair).wireguardKey

/** Sends a proof and waits for the refusal. */
const refusedFor = async (host: Joined, proof: KeyProof): Promise<KeyRefused | undefined> => {
  const before = refusalsOf(host).length
  host.agent.send({ type: 'prove-key', proof })
  await until(() => refusalsOf(host).length > before)
  return refusalsOf(host).at(-1)
}

test('A11 a host that holds another key gets it, and the others hear of it', async () => {
  const [alpha, beta] = [await join('alpha'), await join('beta')]
  const next = freshKeys()
  const proof = proofOf(alpha, await offer(alpha, wireguardKeyOf(next)), next)
  alpha.agent.send({ type: 'prove-key', proof })
  await until(() => keyOf(alpha) === wireguardKeyOf(next))
  const fragment = `host:${alpha.agent.enrolled.hostId}` as never
  const seen = () => beta.agent.table?.fragments.get(fragment)
  await until(() => JSON.stringify(seen()).includes(wireguardKeyOf(next)))
  const { json } = await server.call('GET', '/events?from=0')
  const event = json.events.find(({ type }: { type: string }) => type === 'HostKeyRotated')
  expect(event).toMatchObject({ actor: `host:${alpha.agent.enrolled.hostId}`, reason: null })
  // Its answer lost: the host names the key once more, and hears that it has it by nothing but its config.
  const before = alpha.agent.received.length
  alpha.agent.send({ type: 'offer-key', wireguardKey: wireguardKeyOf(next) })
  alpha.agent.send({ type: 'prove-key', proof })
  await until(() => refusalsOf(alpha).length === 1)
  expect(alpha.agent.received.slice(before).filter(({ type }) => type === 'key-challenge')).toEqual([])
  expect(refusalsOf(alpha)).toMatchObject([{ code: 'key-challenge-unknown', isFinal: false }])
  expect(keyOf(alpha)).toBe(wireguardKeyOf(next))
})

test('A11 nobody gets a key without its private half, nor by an old proof, nor by the proof of another host', async () => {
  const [alpha, beta] = [await join('alpha'), await join('beta')]
  const next = freshKeys()
  const wrong = proofOf(alpha, await offer(alpha, wireguardKeyOf(next)), alpha.keys)
  expect(await refusedFor(alpha, wrong)).toMatchObject({ code: 'wireguard-key-not-proven', isFinal: true })
  const challenge = await offer(alpha, wireguardKeyOf(next))
  await offer(alpha, wireguardKeyOf(next))
  expect(await refusedFor(alpha, proofOf(alpha, challenge, next))).toMatchObject({ code: 'key-challenge-unknown' })
  const forBeta = proofOf(beta, await offer(beta, wireguardKeyOf(next)), next)
  await offer(alpha, wireguardKeyOf(next))
  expect(await refusedFor(alpha, forBeta)).toMatchObject({ code: 'key-challenge-unknown' })
  expect(keyOf(alpha)).toBe(wireguardKeyOf(alpha.keys))
  expect(keyOf(beta)).toBe(wireguardKeyOf(beta.keys))
})

test('A11 a key that is or was a host’s is nobody else’s, and not its own again either', async () => {
  const [alpha, beta] = [await join('alpha'), await join('beta')]
  const taken = proofOf(alpha, await offer(alpha, wireguardKeyOf(beta.keys)), beta.keys)
  expect(await refusedFor(alpha, taken)).toMatchObject({ code: 'wireguard-key-taken', isFinal: true })
  const next = freshKeys()
  const proof = proofOf(alpha, await offer(alpha, wireguardKeyOf(next)), next)
  alpha.agent.send({ type: 'prove-key', proof })
  await until(() => keyOf(alpha) === wireguardKeyOf(next))
  const back = proofOf(alpha, await offer(alpha, wireguardKeyOf(alpha.keys)), alpha.keys)
  expect(await refusedFor(alpha, back)).toMatchObject({ code: 'wireguard-key-taken', isFinal: true })
  expect(keyOf(alpha)).toBe(wireguardKeyOf(next))
})

test('A11 a host that changes its key without end is slowed down', async () => {
  const alpha = await join('alpha')
  const codes: (string | undefined)[] = []
  for (let round = 0; round < 4; round += 1) {
    const next = freshKeys()
    const challenge = await offer(alpha, wireguardKeyOf(next))
    const refused = await refusedFor(alpha, proofOf(alpha, challenge, alpha.keys))
    codes.push(refused?.code)
  }
  expect(codes).toEqual([...Array(3).fill('wireguard-key-not-proven'), 'too-many-keys'])
  expect(refusalsOf(alpha).at(-1)?.isFinal).toBe(false)
})

test('A11 an administrator asks a host for another key, and the log says who wanted it and why', async () => {
  const alpha = await join('alpha')
  const next = freshKeys()
  alpha.agent.onMessage = (message) => {
    if (message.type === 'rotate-key') alpha.agent.send({ type: 'offer-key', wireguardKey: wireguardKeyOf(next) })
    if (message.type === 'key-challenge')
      alpha.agent.send({ type: 'prove-key', proof: proofOf(alpha, message.challenge, next) })
  }
  const path = `/hosts/${alpha.agent.enrolled.hostId}/rotate-key`
  const answer = await server.call('POST', path, undefined, { 'meshfold-reason': 'disk%20copied' })
  expect(answer).toMatchObject({ status: 200, json: { host: { wireguardKey: wireguardKeyOf(next) } } })
  const { json } = await server.call('GET', '/events?from=0')
  const event = json.events.find(({ type }: { type: string }) => type === 'HostKeyRotated')
  expect(event.reason).toBe('asked for by admin: disk copied')
  await alpha.agent.close()
  await until(async () => (await server.call('POST', path)).json.error.code === 'agent-away')
  expect((await server.call('POST', '/hosts/nobody/rotate-key')).status).toBe(404)
})
