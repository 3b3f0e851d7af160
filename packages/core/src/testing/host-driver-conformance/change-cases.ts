import type { HostDriver } from '../../ports/host-driver.js'
import { applyHostChanges } from '../../reconcile/apply-host-changes.js'
import type { HostChange } from '../../reconcile/host-change.js'
import type { ObservedHost } from '../../reconcile/observed-host.js'
import { samplePublicKey } from '../arbitraries/hosts.js'
import { assertSame, assertThat, executed, observed, refusalOf, shapeOf } from './assertions.js'
import { bringTo, type HostDriverCase, isDeclined } from './conformance-case.js'
import { type ChangeScenario, changeScenarios, emptyRemovals, ordinaryHost } from './scenarios.js'

/** Every scenario, once and again, compared with the model of what the change means. */
export const changeCases: readonly HostDriverCase[] = [
  // The names do not depend on the host; the keys in the changes do.
  ...changeScenarios(samplePublicKey(1), samplePublicKey(2)).map(({ name }, index) => changeCase(name, index)),
  {
    name: 'taking away what is not there succeeds and changes nothing',
    run: async ({ host, driver }) => {
      await executed(driver, [...emptyRemovals(), { kind: 'remove-interface' }])
      assertSame(shapeOf(await observed(driver)).interface, null, 'the interface of a bare host')
      await bringTo(driver, ordinaryHost(host.keys[0], driver))
      const before = shapeOf(await observed(driver))
      await executed(driver, emptyRemovals())
      assertSame(shapeOf(await observed(driver)), before, 'the host after taking nothing away')
    },
  },
]

function changeCase(name: string, index: number): HostDriverCase {
  return {
    name: `${name}; again, nothing more`,
    run: async ({ host, driver }) => {
      const scenario = changeScenarios(...host.keys)[index]
      assertThat(scenario !== undefined, `no scenario ${index}`)
      if (scenario.on === 'ordinary-host') await bringTo(driver, ordinaryHost(host.keys[0], driver))
      if (scenario.change.kind === 'set-private-key') await host.hold(scenario.change.publicKey)
      if (isDeclined(driver, scenario.change)) return assertDeclined(driver, scenario)
      const before = await observed(driver)
      await assertDoes(driver, scenario.change, before, 'once')
      await assertDoes(await host.open(), scenario.change, before, 'a second time, by a new driver')
    },
  }
}

async function assertDeclined(driver: HostDriver, { name, change }: ChangeScenario): Promise<void> {
  const refusal = await refusalOf(driver, change)
  assertThat(refusal?.code === 'change-unsupported', `${name} is declined by capability but not answered so`)
}

async function assertDoes(driver: HostDriver, change: HostChange, before: ObservedHost, time: string): Promise<void> {
  // Each operating system gives a fresh interface its own MTU.
  const without = change.kind === 'create-interface' ? (['mtuBytes'] as const) : []
  await executed(driver, [change])
  const model = applyHostChanges(before, [change], { name: 'model', implementation: 'kernel' })
  assertSame(shapeOf(await observed(driver), without), shapeOf(model, without), `${change.kind} ${time}`)
}
