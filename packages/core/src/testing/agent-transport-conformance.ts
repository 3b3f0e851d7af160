/**
 * What every agent transport must do, as tests. An adapter runs them under its own test runner:
 *
 * ```ts
 * import { setTimeout as sleep } from 'node:timers/promises'
 * import { describe, test } from 'vitest'
 *
 * agentTransportConformance({
 *   describe,
 *   test,
 *   sleep,
 *   crypto,
 *   capabilities: { remoteAddresses: true, wireFaults: true },
 *   createTransport: async () => ({ serveAgents, connectAgent, flood, dispose }),
 * })
 * ```
 *
 * For `wireFaults` the adapter's tests put a man in the middle between the ends, who takes the medium's frames apart and hands
 * them through a `LossyWire` each way. A case is left out only where `capabilities` says that the transport can't do it, and
 * the kit checks that statement.
 */
import { assertThat } from './agent-transport-conformance/assertions.js'
import { type AgentTransportCase, runCase } from './agent-transport-conformance/case-context.js'
import type {
  AgentTransportCapabilities,
  AgentTransportConformanceOptions,
} from './agent-transport-conformance/conformance-case.js'
import { deliveryCases } from './agent-transport-conformance/delivery-cases.js'
import { identityCases } from './agent-transport-conformance/identity-cases.js'
import { lifecycleCases } from './agent-transport-conformance/lifecycle-cases.js'
import { livenessCases } from './agent-transport-conformance/liveness-cases.js'
import { pressureCases } from './agent-transport-conformance/pressure-cases.js'
import { wireFaultCases } from './agent-transport-conformance/wire-fault-cases.js'

export type {
  AgentTransportCapabilities,
  AgentTransportConformanceOptions,
  AgentTransportUnderTest,
  AgentUnderTest,
  ConformanceTuning,
  DisturbableWire,
} from './agent-transport-conformance/conformance-case.js'

const groups: readonly (readonly [string, readonly AgentTransportCase[]])[] = [
  ['delivery', deliveryCases],
  ['disturbed wires', wireFaultCases],
  ['liveness', livenessCases],
  ['slow readers', pressureCases],
  ['identity', identityCases],
  ['lifecycle', lifecycleCases],
]

/** Registers the cases with the test runner that was passed in. Each case gets a transport of its own. */
export function agentTransportConformance(options: AgentTransportConformanceOptions): void {
  const { describe, test, capabilities } = options
  describe('declared capabilities', () => {
    test('match what the transport offers', () => checkDeclaration(options))
  })
  for (const [name, cases] of groups) {
    const chosen = cases.filter((each) => isFor(capabilities, each))
    // Some runners take a group without tests for a mistake.
    if (chosen.length === 0) continue
    describe(name, () => {
      for (const each of chosen) test(each.name, () => runCase(each, options))
    })
  }
}

function isFor(capabilities: AgentTransportCapabilities, { needs, lacks }: AgentTransportCase): boolean {
  return (needs === undefined || capabilities[needs]) && (lacks === undefined || !capabilities[lacks])
}

/** `remoteAddresses` is checked by a case. */
function checkDeclaration(options: AgentTransportConformanceOptions): Promise<void> {
  const run: AgentTransportCase['run'] = async ({ connect }) => {
    const { hasWire } = connect('a')
    assertThat(hasWire === options.capabilities.wireFaults, 'wireFaults must be true exactly when there is a `wire`')
  }
  return runCase({ name: 'declared capabilities', run }, options)
}
