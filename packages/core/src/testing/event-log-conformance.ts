/**
 * What every event log must do, as tests. An adapter runs them under its own test runner:
 *
 * ```ts
 * import { setTimeout as sleep } from 'node:timers/promises'
 * import { describe, test } from 'vitest'
 *
 * eventLogConformance({
 *   describe,
 *   test,
 *   sleep,
 *   capabilities: { survivesReopen: true, sharedBetweenInstances: true, refusesReusedEventIds: true },
 *   createLog: async () => ({ log, reopen, anotherInstance, dispose }),
 * })
 * ```
 *
 * A case is left out only where `capabilities` says that the log can't do it, and the kit checks that statement.
 */
import { appendCases } from './event-log-conformance/append-cases.js'
import { assertThat } from './event-log-conformance/assertions.js'
import { closeCases } from './event-log-conformance/close-cases.js'
import {
  type EventLogCapabilities,
  type EventLogCase,
  type EventLogConformanceOptions,
  runCase,
} from './event-log-conformance/conformance-case.js'
import { contentCases } from './event-log-conformance/content-cases.js'
import { readCases } from './event-log-conformance/read-cases.js'
import { retryCases, reusedIdCases } from './event-log-conformance/retry-cases.js'
import { sharingCases } from './event-log-conformance/sharing-cases.js'
import { subscriptionCases } from './event-log-conformance/subscription-cases.js'

export type {
  EventLogCapabilities,
  EventLogConformanceOptions,
  EventLogUnderTest,
} from './event-log-conformance/conformance-case.js'

const groups: readonly (readonly [string, readonly EventLogCase[]])[] = [
  ['append', appendCases],
  ['repeated append', [...retryCases, ...reusedIdCases]],
  ['read', readCases],
  ['content', contentCases],
  ['subscribe', subscriptionCases],
  ['several instances', sharingCases],
  ['close', closeCases],
]

/** Registers the cases with the test runner that was passed in. Each case gets a log of its own and disposes of it. */
export function eventLogConformance(options: EventLogConformanceOptions): void {
  options.describe('declared capabilities', () => {
    options.test('match what the log under test offers', () => checkDeclaration(options))
  })
  for (const [name, cases] of groups) {
    const chosen = cases.filter(({ needs, lacks }) => isFor(options.capabilities, needs, lacks))
    if (chosen.length === 0) continue
    options.describe(name, () => {
      for (const conformanceCase of chosen) options.test(conformanceCase.name, () => runCase(conformanceCase, options))
    })
  }
}

type Capability = keyof EventLogCapabilities | undefined

function isFor(capabilities: EventLogCapabilities, needs: Capability, lacks: Capability): boolean {
  return (needs === undefined || capabilities[needs]) && (lacks === undefined || !capabilities[lacks])
}

async function checkDeclaration({ createLog, capabilities }: EventLogConformanceOptions): Promise<void> {
  const underTest = await createLog()
  try {
    assertThat(
      capabilities.survivesReopen === (underTest.reopen !== undefined),
      'survivesReopen must be true exactly when `reopen` is given',
    )
    assertThat(
      capabilities.sharedBetweenInstances === (underTest.anotherInstance !== undefined),
      'sharedBetweenInstances must be true exactly when `anotherInstance` is given',
    )
  } finally {
    await underTest.dispose()
  }
}
