import type { HostChange } from '../../reconcile/host-change.js'
import { samplePublicKey } from '../arbitraries/hosts.js'
import { assertSame, assertThat, observed, refusalOf, shapeOf } from './assertions.js'
import { bringTo, type HostDriverCase } from './conformance-case.js'
import { changesThatNeedTheInterface, ordinaryHost } from './scenarios.js'

const stranger = samplePublicKey(0x77)

/** What a driver must not do, and must say so. */
export const refusalCases: readonly HostDriverCase[] = [
  {
    name: 'a change it does not know is unsupported',
    run: async ({ host, driver }) => {
      await bringTo(driver, ordinaryHost(host.keys[0], driver))
      const unknown = { kind: 'unheard-of' } as unknown as HostChange
      const refusal = await refusalOf(driver, unknown)
      assertThat(refusal?.code === 'change-unsupported', 'an unknown change is not answered with change-unsupported')
    },
  },
  {
    name: 'an interface with a key that the host does not hold is not made, not even half',
    run: async ({ host, driver }) => {
      const before = await host.snapshot()
      const refusal = await refusalOf(driver, { kind: 'create-interface', publicKey: stranger, listenPort: 51821 })
      assertThat(refusal !== undefined, 'an interface was made with a key that the host does not hold')
      assertSame(await host.snapshot(), before, 'the host after a refused create-interface')
    },
  },
  {
    name: 'a key that the host does not hold is not taken',
    run: async ({ host, driver }) => {
      await bringTo(driver, ordinaryHost(host.keys[0], driver))
      const refusal = await refusalOf(driver, { kind: 'set-private-key', publicKey: stranger })
      assertThat(refusal !== undefined, 'the host took a key that it does not hold')
      assertSame((await observed(driver)).interface?.publicKey, host.keys[0], 'the key after a refusal')
    },
  },
  {
    name: 'what needs the interface fails while there is none',
    run: async ({ host, driver }) => {
      for (const change of changesThatNeedTheInterface(host.keys[0])) {
        assertThat((await refusalOf(driver, change)) !== undefined, `${change.kind} succeeded without an interface`)
      }
      assertSame(shapeOf(await observed(driver)).interface, null, 'the interface after refused changes')
    },
  },
  {
    name: 'a host is no peer of its own',
    run: async ({ host, driver }) => {
      await bringTo(driver, ordinaryHost(host.keys[0], driver))
      const refusal = await refusalOf(driver, { kind: 'set-peer', publicKey: host.keys[0], allowedIps: [] })
      assertThat(refusal !== undefined, 'a peer with the own key was accepted, and WireGuard ignores such')
    },
  },
]
