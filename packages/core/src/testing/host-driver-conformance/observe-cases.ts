import type { HostDriver } from '../../ports/host-driver.js'
import { hostCapabilities } from '../../reconcile/driver-capabilities.js'
import type { ObservedHost, ObservedTunnel } from '../../reconcile/observed-host.js'
import { assertSame, assertThat, describeError, executed, observed, shapeOf } from './assertions.js'
import { bringTo, type HostDriverCase } from './conformance-case.js'
import { ordinaryHost } from './scenarios.js'

async function observedTunnel(driver: HostDriver): Promise<ObservedTunnel | undefined> {
  const answer = await driver.observeTunnel?.()
  if (answer?._tag === 'Left') throw new Error(`observeTunnel failed: ${describeError(answer.left)}`)
  return answer?.right
}

/** The comparable part of it, as `shapeOf` shows the whole host. */
const tunnelShape = (tunnel: Pick<ObservedTunnel, 'listenPort' | 'peers'> | undefined, whole: ObservedHost) =>
  tunnel && { listenPort: tunnel.listenPort, peers: shapeOf({ ...whole, peers: tunnel.peers }).peers }

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
    name: 'a look that is given up says so or reads everything, and observing changes nothing',
    run: async ({ host, driver }) => {
      await bringTo(driver, ordinaryHost(host.keys[0], driver))
      const [whole, before] = [shapeOf(await observed(driver)), await host.snapshot()]
      for (const asksBefore of [0, 1, 2, 4]) {
        let asked = 0
        const answer = await driver.observe({ isGivenUp: () => ++asked > asksBefore })
        if (answer._tag === 'Right') assertSame(shapeOf(answer.right), whole, 'a look that was not given up')
        else assertThat(answer.left.code === 'given-up', `giving up answered ${describeError(answer.left)}`)
        assertThat(answer._tag === 'Left' || asked <= asksBefore, 'a look that was told to give up went on')
      }
      assertSame(shapeOf(await observed(driver)), whole, 'the look after one that was given up')
      assertSame(await host.snapshot(), before, 'the host after looks that were given up')
    },
  },
  {
    name: 'WireGuard alone reads as with the rest of the host, and observing changes nothing',
    run: async ({ host, driver }) => {
      if (driver.observeTunnel === undefined) return
      await bringTo(driver, ordinaryHost(host.keys[0], driver))
      const whole = await observed(driver)
      const before = await host.snapshot()
      const expected = tunnelShape({ listenPort: whole.interface?.listenPort ?? 0, peers: whole.peers }, whole)
      assertSame(tunnelShape(await observedTunnel(driver), whole), expected, 'WireGuard alone')
      assertSame(await host.snapshot(), before, 'the host after observing it')
      const removed = [...whole.peers.keys()].slice(0, 1)
      await executed(
        driver,
        removed.map((publicKey) => ({ kind: 'remove-peer', publicKey })),
      )
      const left = (await observedTunnel(driver))?.peers
      assertThat(left?.size === whole.peers.size - 1, 'a removed peer is still seen')
      await executed(driver, [{ kind: 'remove-interface' }])
      assertThat((await observedTunnel(driver)) === undefined, 'WireGuard is seen where there is none')
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
