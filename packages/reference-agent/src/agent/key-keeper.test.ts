import {
  encodeBase64,
  encodeServerMessage,
  largeMapGet,
  type SecretVault,
  type ServerMessage,
  type WireguardPublicKey,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { nodeCrypto as crypto } from '../../../transport-ws/src/node-crypto.js'
import { type SampleHost, SampleWorld, sampleKeys } from '../../test/support/sample-world.js'
import { WIREGUARD_KEY_NAME } from '../enrollment/host-keys.js'
import { createKeyRing, type KeyRing } from '../enrollment/key-ring.js'

const memoryVault = (): SecretVault & { readonly secrets: Map<string, Uint8Array> } => {
  const secrets = new Map<string, Uint8Array>()
  return {
    secrets,
    read: async (name) => E.right(secrets.get(name)),
    write: async (name, secret) => {
      secrets.set(name, secret)
      return E.right(undefined)
    },
    remove: async (name) => {
      secrets.delete(name)
      return E.right(undefined)
    },
  }
}

/** A host whose interface takes any key that its ring holds. */
const keyedHost = (world: SampleWorld, number = 1) => {
  const keys = sampleKeys()
  const vault = memoryVault()
  vault.secrets.set(WIREGUARD_KEY_NAME, keys.wireguardPrivateKey)
  const known: WireguardPublicKey[] = []
  const ring = createKeyRing({
    vault,
    crypto,
    noteKey: async (key) => {
      known.push(key)
      return E.right(undefined)
    },
  })
  const held = [keys.wireguardKey]
  const watched: KeyRing = {
    ...ring,
    makeNext: async () => {
      const made = await ring.makeNext()
      if (E.isRight(made) && made.right.next !== null) held.push(made.right.next)
      return made
    },
  }
  const host = world.simulatedHost({ ...keys, heldKeys: held })
  return {
    keys,
    vault,
    known,
    host,
    start: () => started(world, number, { keys, host, keyRotation: { ring: watched, crypto } }),
  }
}

const started = async (
  world: SampleWorld,
  number: number,
  options: Parameters<SampleWorld['agentOf']>[2] & { readonly keys: SampleHost['keys'] },
): Promise<SampleHost> => {
  const isKnown = largeMapGet(world.server.state.hosts, `host-${number}` as never) !== undefined
  if (!isKnown) world.admit(number, options.keys)
  const sample = world.agentOf(number, options.keys, options)
  await sample.agent.start()
  await world.settle()
  return sample
}

const serverKeyOf = (world: SampleWorld, { hostId }: SampleHost) =>
  largeMapGet(world.server.state.hosts, hostId)?.wireguardKey

const say = (world: SampleWorld, { hostId }: SampleHost, message: ServerMessage) =>
  world.server.sayTo(hostId, encodeServerMessage(message))

test('A11 a host makes another key, its peers learn it first, then its interface has it, and the old one is gone', async () => {
  const world = new SampleWorld()
  const { keys, vault, known, start } = keyedHost(world)
  const sample = await start()
  const other = await world.started(2)
  const rotating = sample.agent.rotateKey()
  await world.settle()
  const next = serverKeyOf(world, sample)
  expect(next).not.toBe(keys.wireguardKey)
  expect([...other.host.state.peers.keys()]).toEqual([next])
  expect(sample.host.state.interface?.publicKey).toBe(keys.wireguardKey)
  await world.pass(300)
  expect(sample.host.state.interface?.publicKey).toBe(next)
  await world.pass(1000)
  expect(sample.greeted.length).toBeGreaterThan(0)
  expect(await rotating).toEqual({ wireguardKey: next, state: 'rotated' })
  expect([...vault.secrets.keys()]).toEqual([WIREGUARD_KEY_NAME])
  expect(known).toEqual([next])
  expect(world.toDo(sample)).toEqual([])
})

test('A11 the old key stays as long as the interface has it, whatever the config says', async () => {
  const world = new SampleWorld()
  const { keys, vault, known, start } = keyedHost(world)
  const sample = await start()
  sample.host.failAfter(0)
  const rotating = sample.agent.rotateKey()
  await world.pass(5000)
  const next = serverKeyOf(world, sample)
  expect(next).not.toBe(keys.wireguardKey)
  expect(sample.host.state.interface?.publicKey).toBe(keys.wireguardKey)
  expect([...vault.secrets.keys()]).toHaveLength(2)
  expect(known).toEqual([])
  sample.host.heal()
  await world.pass(20_000)
  expect(await rotating).toMatchObject({ wireguardKey: next })
  expect(sample.host.state.interface?.publicKey).toBe(next)
  expect([...vault.secrets.keys()]).toEqual([WIREGUARD_KEY_NAME])
})

test('A11 without a server the key is made and waits; with the server back it is shown', async () => {
  const world = new SampleWorld()
  const { keys, start } = keyedHost(world)
  const sample = await start()
  await world.server.stop()
  await world.settle()
  const rotation = await sample.agent.rotateKey()
  expect(rotation.state).toBe('waiting')
  expect((await sample.agent.status()).host.nextWireguardKey).toBe(rotation.wireguardKey)
  await world.pass(1000)
  expect(sample.host.state.interface?.publicKey).toBe(keys.wireguardKey)
  world.server.start()
  await world.pass(8000)
  expect(serverKeyOf(world, sample)).toBe(rotation.wireguardKey)
  expect(sample.host.state.interface?.publicKey).toBe(rotation.wireguardKey)
  expect((await sample.agent.status()).host.nextWireguardKey).toBeNull()
})

test.each(['offer-key', 'prove-key'] as const)(
  'A11 a lost %s is said again, and leads to the same key',
  async (type) => {
    const world = new SampleWorld()
    const { start } = keyedHost(world)
    const sample = await start()
    let losses = 1
    world.server.loses = (message) => message.type === type && losses-- > 0
    const rotating = sample.agent.rotateKey()
    await world.pass(7000)
    expect(await rotating).toMatchObject({ wireguardKey: serverKeyOf(world, sample), state: 'rotated' })
  },
)

test('A11 the answer got lost and the agent died: the next one goes on with the key that the server took', async () => {
  const world = new SampleWorld()
  const { keys, vault, host, start } = keyedHost(world)
  const sample = await start()
  const rotating = sample.agent.rotateKey().catch(() => undefined)
  await world.settle()
  const next = serverKeyOf(world, sample)
  expect(host.state.interface?.publicKey).toBe(keys.wireguardKey)
  await sample.agent.stop()
  await rotating
  expect([...vault.secrets.keys()].sort()).toEqual(['wireguard', 'wireguard-next'])
  const again = await start()
  await world.pass(2000)
  expect(again.host.state.interface?.publicKey).toBe(next)
  expect([...vault.secrets.keys()]).toEqual([WIREGUARD_KEY_NAME])
})

test('A11 an administrator may want it, and a key that is refused for good is forgotten', async () => {
  const world = new SampleWorld()
  const { keys, vault, start } = keyedHost(world)
  const sample = await start()
  world.server.loses = ({ type }) => type === 'offer-key'
  say(world, sample, { type: 'rotate-key' })
  await world.settle()
  const { nextWireguardKey } = (await sample.agent.status()).host
  if (nextWireguardKey === null) throw new TypeError('no key was made')
  const rotating = sample.agent.rotateKey()
  const refused = expect(rotating).rejects.toThrow('Another host has it.')
  await world.settle()
  say(world, sample, {
    ...{ type: 'key-refused', wireguardKey: nextWireguardKey, code: 'wireguard-key-taken' },
    ...{ message: 'Another host has it.', isFinal: true },
  })
  await world.settle()
  await refused
  expect([...vault.secrets.keys()]).toEqual([WIREGUARD_KEY_NAME])
  expect(sample.host.state.interface?.publicKey).toBe(keys.wireguardKey)
})

test('A11 a challenge for a key that the host never offered is not answered', async () => {
  const world = new SampleWorld()
  const { keys, start } = keyedHost(world)
  const sample = await start()
  const challengeKey = encodeBase64(crypto.generateX25519().publicKey, 'url')
  const challenge = { wireguardKey: keys.wireguardKey, nonce: 'A'.repeat(22), challengeKey }
  say(world, sample, { type: 'key-challenge', challenge })
  await world.pass(6000)
  expect(world.server.saidBy(sample.hostId, 'prove-key')).toEqual([])
})

test('A11 a host whose key the server forgot, since an old copy of its log was restored, shows the one that it holds', async () => {
  const world = new SampleWorld()
  const { keys, host, start } = keyedHost(world)
  const lost = sampleKeys()
  world.admit(1, { ...keys, wireguardKey: lost.wireguardKey })
  const sample = await start()
  await world.pass(6000)
  expect(serverKeyOf(world, sample)).toBe(keys.wireguardKey)
  expect(host.state.interface?.publicKey).toBe(keys.wireguardKey)
})

test('A11 no private key, old or new, is in a log, in status or in anything said to the server', async () => {
  const world = new SampleWorld()
  const { vault, start } = keyedHost(world)
  const sample = await start()
  const old = [...vault.secrets.values()]
  const rotating = sample.agent.rotateKey()
  await world.pass(2000)
  const everything = JSON.stringify([sample.logged, await sample.agent.status(), world.server.heard, await rotating])
  for (const secret of [...old, ...vault.secrets.values()]) {
    for (const alphabet of ['standard', 'url'] as const)
      expect(everything).not.toContain(encodeBase64(secret, alphabet))
    expect(everything).not.toContain([...secret].join(','))
  }
})
