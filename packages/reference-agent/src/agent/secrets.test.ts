import { encodeBase64, encodeHex } from '@meshfold/core'
import { expect, test } from 'vitest'
import { SampleWorld, sampleKeys } from '../../test/support/sample-world.js'

test('no private key is in a log, in status, in the journal or in anything said to the server', async () => {
  const world = new SampleWorld()
  const keys = sampleKeys()
  world.admit(2)
  const sample = await world.started(1, { keys })
  world.server.sayTo(sample.hostId, 'nonsense')
  sample.host.failAfter(0)
  world.admit(3)
  await world.pass(3000)
  const stored = await sample.store.load()
  const everything = JSON.stringify([sample.logged, await sample.agent.status(), stored, world.server.heard])
  for (const secret of [keys.wireguardPrivateKey, keys.identityPrivateKey]) {
    for (const text of [encodeBase64(secret, 'standard'), encodeBase64(secret, 'url'), encodeHex(secret)]) {
      expect(everything).not.toContain(text)
    }
    expect(everything).not.toContain([...secret].join(','))
    expect(everything).not.toContain(JSON.stringify(secret).slice(1, -1))
  }
})
