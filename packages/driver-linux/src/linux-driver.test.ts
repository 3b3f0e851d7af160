import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { createLinuxDriver } from './linux-driver.js'

test.each([
  ['wg+', /^an interface name does not end with \+: to iptables/],
  ['', /^an interface name has 1 to 15 characters/],
  ['.wg', /not beginning with a dot/],
  ['sixteen-letters-', /^an interface name has 1 to 15 characters/],
])('an interface of the name %j is refused before anything is run', async (interfaceName, reason) => {
  const opened = await createLinuxDriver({
    interfaceName,
    privateKey: async () => E.left({ reason: 'not asked for' }),
    commandRunner: () => Promise.reject(new Error('nothing is to be run')),
  })
  expect(opened).toMatchObject(E.left({ code: 'host-refused', action: 'open', reason: expect.stringMatching(reason) }))
})
