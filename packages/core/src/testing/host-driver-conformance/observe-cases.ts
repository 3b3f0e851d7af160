import { hostCapabilities } from '../../reconcile/driver-capabilities.js'
import { assertSame, assertThat, observed, shapeOf } from './assertions.js'
import { bringTo, type HostDriverCase } from './conformance-case.js'
import { ordinaryHost } from './scenarios.js'

/** What a driver says about itself and about the host. */
export const observeCases: readonly HostDriverCase[] = [
  {
    name: 'every capability is declared, and a missing one says what follows',
    run: async ({ driver }) => {
      for (const name of hostCapabilities) {
        const state = driver.capabilities[name]
        assertThat(state !== undefined, `capability ${name} is not declared`)
        assertThat(state.supported || state.consequence.trim() !== '', `${name} is missing and says no consequence`)
      }
    },
  },
  {
    name: 'a bare host has no interface, and observing changes nothing',
    run: async ({ host, driver }) => {
      const before = await host.snapshot()
      const { forwarding: _asItIs, foreignFilters: _others, ...found } = shapeOf(await observed(driver))
      const names = { lines: [], resolvers: [] }
      const nothing = { interface: null, peers: [], routes: [], policyRouting: ['bypass off'], names, firewall: null }
      assertSame(found, nothing, 'a bare host')
      assertSame(await host.snapshot(), before, 'the host after observing it')
    },
  },
  {
    name: 'an ordinary host reads the same twice, and observing changes nothing',
    run: async ({ host, driver }) => {
      await bringTo(driver, ordinaryHost(host.keys[0], driver))
      const before = await host.snapshot()
      const first = shapeOf(await observed(driver))
      assertSame(shapeOf(await observed(driver)), first, 'the second observation')
      assertSame(await host.snapshot(), before, 'the host after observing it')
    },
  },
  {
    name: 'a driver opened anew reads the same',
    run: async ({ host, driver }) => {
      await bringTo(driver, ordinaryHost(host.keys[0], driver))
      const before = shapeOf(await observed(driver))
      await driver.close()
      assertSame(shapeOf(await observed(await host.open())), before, 'what the new driver reads')
    },
  },
  {
    name: 'the own interface is no underlay',
    run: async ({ host, driver }) => {
      await bringTo(driver, ordinaryHost(host.keys[0], driver))
      const { interface: own, underlayAddresses } = await observed(driver)
      const mixed = underlayAddresses.filter(
        ({ address, interfaceName }) => own?.addresses.includes(address) === true || interfaceName === own?.name,
      )
      assertSame(mixed, [], 'underlay addresses of the own interface')
    },
  },
]
