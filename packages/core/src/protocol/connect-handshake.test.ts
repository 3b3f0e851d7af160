import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { nodeCrypto } from '../../test/real-crypto.js'
import type { KeyPair } from '../ports/crypto.js'
import { encodeBase64, hostId, type IdentityPublicKey, identityKeyFromBytes, meshId } from '../values/index.js'
import {
  answerAgentHello,
  finishAgentHandshake,
  finishServerHandshake,
  startAgentHandshake,
} from './connect-handshake.js'
import { endOfHandshake } from './handshake-error.js'
import { createFrameReader, createFrameWriter } from './secure-frames.js'

const server = makeIdentity()
const host = makeIdentity()
const serverOptions = { meshId: meshId('mesh'), epoch: () => 3, heartbeatIntervalMs: 2000, identity: server.pair }
const agentOptions = {
  meshId: meshId('mesh'),
  hostId: hostId('host'),
  knownEpoch: (): number | null => 3,
  identityPrivateKey: host.pair.privateKey,
  serverIdentityKey: server.key,
}

describe('the handshake', () => {
  test('gives both ends the same keys, one for each direction', () => {
    const { atServer, atAgent } = shakeHands()
    const [toServer, toAgent] = [
      createFrameWriter(nodeCrypto, atAgent.keys.send),
      createFrameWriter(nodeCrypto, atServer.keys.send),
    ]
    expect(createFrameReader(nodeCrypto, atServer.keys.receive).read(toServer.write('up'))).toEqual(E.right('up'))
    expect(createFrameReader(nodeCrypto, atAgent.keys.receive).read(toAgent.write('down'))).toEqual(E.right('down'))
    expect(atAgent.keys.send.secret).not.toEqual(atAgent.keys.receive.secret)
    expect(atAgent.server).toMatchObject({ epoch: 3, heartbeatIntervalMs: 2000 })
  })

  test('never gives the same keys twice', () => {
    expect(shakeHands().atAgent.keys.send.secret).not.toEqual(shakeHands().atAgent.keys.send.secret)
  })

  test('messages are small, and the server’s tells nothing but its epoch', () => {
    const { agent, answered, finish } = partsOfHandshake()
    for (const message of [agent.hello, answered.serverHello, finish]) expect(message.length).toBeLessThan(512)
    for (const name of ['mesh', 'host', server.key]) expect(answered.serverHello).not.toContain(name)
  })
})

describe('the server refuses', () => {
  test.each([
    ['no JSON', '{', 'handshake-malformed'],
    ['another message', '{"type":"agent-finish"}', 'handshake-malformed'],
    ['a message that is too long', ' '.repeat(5000), 'handshake-malformed'],
    ['JSON nested deeply', '['.repeat(2000), 'handshake-malformed'],
    ['another version', hello({ protocolVersion: 2 }), 'protocol-version-unsupported'],
    ['another mesh', hello({ meshId: 'other' }), 'mesh-unknown'],
    ['a host id that is none', hello({ hostId: '../x' }), 'handshake-malformed'],
    ['a share of low order', hello({ keyShare: encodeBase64(new Uint8Array(32), 'url') }), 'key-share-unusable'],
    ['a share that is too short', hello({ keyShare: 'AAAA' }), 'handshake-malformed'],
  ])('%s', (_, text, code) => {
    expect(answerAgentHello(nodeCrypto, serverOptions, text)).toEqual(E.left({ code }))
  })

  test('an unknown host, and a proof by another key, both in the same words', () => {
    const { answered, finish } = partsOfHandshake()
    const unknown = finishServerHandshake(nodeCrypto, answered, serverOptions, finish, undefined)
    const foreign = finishServerHandshake(nodeCrypto, answered, serverOptions, finish, makeIdentity().key)
    expect([unknown, foreign]).toEqual([E.left({ code: 'host-unknown' }), E.left({ code: 'host-not-proven' })])
    expect(endOfHandshake({ code: 'host-unknown' })).toEqual(endOfHandshake({ code: 'host-not-proven' }))
    expect(endOfHandshake({ code: 'mesh-unknown' })).toEqual(endOfHandshake({ code: 'host-not-proven' }))
  })

  test('the proof of another connection, even of the same hello', () => {
    const { agent, finish } = partsOfHandshake()
    const again = right(answerAgentHello(nodeCrypto, serverOptions, agent.hello))
    const refused = finishServerHandshake(nodeCrypto, again, serverOptions, finish, host.key)
    expect(refused).toEqual(E.left({ code: 'host-not-proven' }))
  })

  test('what a man in the middle changed about the hello', () => {
    const agent = startAgentHandshake(nodeCrypto, agentOptions)
    const changed = JSON.stringify({ ...JSON.parse(agent.hello), hostId: 'other' })
    const answered = right(answerAgentHello(nodeCrypto, serverOptions, changed))
    const refused = finishAgentHandshake(nodeCrypto, agent, agentOptions, answered.serverHello)
    expect(refused).toEqual(E.left({ code: 'server-not-proven' }))
  })
})

describe('the agent refuses', () => {
  test('a server with another key', () => {
    const other = { ...serverOptions, identity: makeIdentity().pair }
    expect(finishWith(other)).toEqual(E.left({ code: 'server-not-proven' }))
  })

  test('the answer to another hello', () => {
    const { answered } = partsOfHandshake()
    const agent = startAgentHandshake(nodeCrypto, agentOptions)
    const refused = finishAgentHandshake(nodeCrypto, agent, agentOptions, answered.serverHello)
    expect(refused).toEqual(E.left({ code: 'server-not-proven' }))
  })

  test('a changed epoch, interval or share', () => {
    const { agent, answered } = partsOfHandshake()
    for (const change of [
      { epoch: 4 },
      { heartbeatIntervalMs: 60_000 },
      { keyShare: encodeBase64(nodeCrypto.randomBytes(32), 'url') },
    ]) {
      const changed = JSON.stringify({ ...JSON.parse(answered.serverHello), ...change })
      expect(finishAgentHandshake(nodeCrypto, agent, agentOptions, changed)).toEqual(
        E.left({ code: 'server-not-proven' }),
      )
    }
    expect(finishAgentHandshake(nodeCrypto, agent, agentOptions, '{}')).toEqual(E.left({ code: 'handshake-malformed' }))
  })

  test('a share of low order, even signed', () => {
    const crypto = {
      ...nodeCrypto,
      generateX25519: () => ({ ...nodeCrypto.generateX25519(), publicKey: new Uint8Array(32) }),
    }
    expect(finishWith(serverOptions, crypto)).toEqual(E.left({ code: 'key-share-unusable' }))
  })

  test('a server that is behind, not one that is ahead, and none the first time', () => {
    const behind = { code: 'server-epoch-behind', serverEpoch: 2, knownEpoch: 3 } as const
    expect(finishWith({ ...serverOptions, epoch: () => 2 })).toEqual(E.left(behind))
    expect(endOfHandshake(behind).detail).toBe('the server is at mesh epoch 2, this host has seen 3')
    expect(E.isRight(finishWith({ ...serverOptions, epoch: () => 4 }))).toBe(true)
    expect(E.isRight(finishWith(serverOptions, nodeCrypto, { ...agentOptions, knownEpoch: () => null }))).toBe(true)
  })
})

function finishWith(options: typeof serverOptions, crypto = nodeCrypto, ofAgent = agentOptions) {
  const agent = startAgentHandshake(nodeCrypto, ofAgent)
  const answered = right(answerAgentHello(crypto, options, agent.hello))
  return finishAgentHandshake(nodeCrypto, agent, ofAgent, answered.serverHello)
}

function partsOfHandshake() {
  const agent = startAgentHandshake(nodeCrypto, agentOptions)
  const answered = right(answerAgentHello(nodeCrypto, serverOptions, agent.hello))
  const atAgent = right(finishAgentHandshake(nodeCrypto, agent, agentOptions, answered.serverHello))
  return { agent, answered, finish: atAgent.finish, atAgent }
}

function shakeHands() {
  const { answered, finish, atAgent } = partsOfHandshake()
  return { atAgent, atServer: right(finishServerHandshake(nodeCrypto, answered, serverOptions, finish, host.key)) }
}

function hello(change: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...JSON.parse(startAgentHandshake(nodeCrypto, agentOptions).hello), ...change })
}

function makeIdentity(): { readonly pair: KeyPair; readonly key: IdentityPublicKey } {
  const pair = nodeCrypto.generateEd25519()
  return { pair, key: right(identityKeyFromBytes(pair.publicKey)) }
}

function right<A>(either: E.Either<unknown, A>): A {
  if (E.isLeft(either)) throw new Error(`unexpected: ${JSON.stringify(either.left)}`)
  return either.right
}
