import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { projectHostConfig } from '../../src/host-config/expand-host-config.js'
import type { HostConfig } from '../../src/host-config/host-config.js'
import { evolveAll } from '../../src/mesh/evolve.js'
import { emptyMeshState } from '../../src/mesh/mesh-state.js'
import { lawRuns } from '../law-runs.js'
import { configOf, type MeshPlan, type PairPlan, pairName } from './mesh-plan.js'
import { eventsOfPlan } from './plan-events.js'
import { planOf, scenario } from './scenario.js'

/** With some pairs that use a relay. */
const plans: fc.Arbitrary<MeshPlan> = fc
  .tuple(scenario.map(planOf), fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)), { maxLength: 4 }))
  .map(([plan, picked]) => ({ ...plan, pairs: new Map(picked.flatMap((numbers) => pairOf(plan, numbers))) }))

const pairOf = (plan: MeshPlan, numbers: readonly number[]): readonly (readonly [string, PairPlan])[] => {
  const direct = plan.hosts.filter((hostId) => !plan.relayed.has(hostId))
  const [a, b] = [direct[(numbers[0] ?? 0) % direct.length], direct[(numbers[1] ?? 0) % direct.length]]
  const free = plan.gateways.filter((hostId) => hostId !== a && hostId !== b)
  const gateways = [...new Set(numbers.slice(2).flatMap((number) => free[number % Math.max(1, free.length)] ?? []))]
  if (a === undefined || b === undefined || a === b || gateways.length === 0) return []
  return [[pairName(a, b), { ends: a < b ? [a, b] : [b, a], gateways }]]
}

test('configs made by hand are those that a server projects, as far as paths go', async () => {
  await fc.assert(
    fc.property(plans, (plan) => {
      const state = evolveAll(emptyMeshState(), eventsOfPlan(plan))
      for (const hostId of plan.hosts)
        expect(aboutPaths(configOf(plan, hostId))).toEqual(aboutPaths(projectHostConfig(state, hostId)))
    }),
    lawRuns(0.3),
  )
})

const aboutPaths = (config: HostConfig | undefined) =>
  config && {
    peers: [...config.peers.keys()].sort(),
    paths: Object.fromEntries([...config.paths].sort()),
    clients: [...config.clients.values()].map(({ clientId, prefixes }) => ({ clientId, prefixes })),
    routing: config.routing.map(({ egressId, before }) => ({ egressId, before })),
    pairs: config.pairs,
    probes: config.probes,
  }
