import { describeDrift } from '../../reconcile/describe-drift.js'
import type { HostChange } from '../../reconcile/host-change.js'
import { planChanges } from '../../reconcile/plan-changes.js'
import { sampleDesiredHosts } from '../arbitraries/hosts.js'
import { assertSame, assertThat, executed, observed } from './assertions.js'
import { bringTo, type HostDriverCase } from './conformance-case.js'
import { fitting, ordinaryHost } from './scenarios.js'

/** Law 7 on the real thing, and that nothing stays of it. */
export const convergenceCases: readonly HostDriverCase[] = [
  {
    name: 'many changes at once do what they do one after the other, and stop at the first that fails',
    run: async ({ host, driver }) => {
      const plan = planChanges(await observed(driver), ordinaryHost(host.keys[0], driver))
      const unknown = { kind: 'unheard-of' } as unknown as HostChange
      const failed = await driver.executeAll?.([...plan, unknown, { kind: 'remove-interface' }])
      if (failed === undefined) return
      assertSame(failed._tag === 'Left' && failed.left.done, plan.length, 'changes that took effect')
      const drift = describeDrift(await observed(await host.open()), ordinaryHost(host.keys[0], driver))
      assertSame(drift, [], 'what a new driver finds amiss')
    },
  },
  {
    name: 'a walk through random configurations',
    run: async ({ host, driver, seed, walkLength }) => {
      for (const desired of sampleDesiredHosts(host.keys[0], { seed, count: walkLength }).map(fitting(driver))) {
        await bringTo(driver, desired)
        const drift = describeDrift(await observed(await host.open()), desired)
        assertSame(drift, [], `what a new driver finds amiss (seed ${seed})`)
      }
    },
  },
  {
    name: 'a crash after any step towards another configuration is made good by a new process',
    run: async ({ host, driver, seed }) => {
      const [from, to] = [
        ordinaryHost(host.keys[0], driver),
        sampleDesiredHosts(host.keys[0], { seed, count: 1 }).map(fitting(driver))[0],
      ]
      assertThat(to !== undefined, 'no sample')
      await bringTo(driver, from)
      const steps = planChanges(await observed(driver), to).length
      for (const done of crashesIn(steps)) {
        const crashing = await host.open()
        await bringTo(crashing, from)
        await executed(crashing, planChanges(await observed(crashing), to).slice(0, done))
        await bringTo(await host.open(), to)
      }
    },
  },
  {
    name: 'a crash after any step of making the interface is made good by a new process',
    run: async ({ host, driver }) => {
      const wanted = ordinaryHost(host.keys[0], driver)
      const steps = planChanges(await observed(driver), wanted).length
      for (const done of crashesIn(steps)) {
        const crashing = await host.open()
        await executed(crashing, planChanges(await observed(crashing), wanted).slice(0, done))
        await bringTo(await host.open(), wanted)
        await bringTo(await host.open(), undefined)
      }
    },
  },
  {
    name: 'wanting nothing gives the host back as it was, and it can be made again',
    run: async ({ host, driver }) => {
      const before = await host.snapshot()
      for (let time = 1; time <= 2; time++) {
        await bringTo(driver, ordinaryHost(host.keys[0], driver))
        await bringTo(await host.open(), undefined)
        assertSame(await host.snapshot(), before, `what was left behind (time ${time})`)
      }
    },
  },
]

const mostCrashes = 8

/** After how many steps to crash: each number there is, or so many as real hosts have the time for, evenly spread. */
const crashesIn = (steps: number): readonly number[] => {
  const count = Math.min(steps + 1, mostCrashes)
  return Array.from({ length: count }, (_, at) => Math.round((at * steps) / Math.max(1, count - 1)))
}
