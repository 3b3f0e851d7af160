import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { decide } from '../mesh/decide.js'
import { evolveAll, replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import { sampleAbleHost, sampleAssignRelay, sampleCreateGateway, sampleNode } from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '../testing/sample-mesh.js'
import { networkId } from '../values/index.js'
import { explain, explainInSteps } from './explain.js'
import { planCommand, planCommandInSteps } from './plan-command.js'

const numbers = Array.from({ length: 60 }, (_, at) => at + 1)

/** Gateway 1 relays the last twenty of sixty nodes. */
const state = replay(
  eventsOf(
    sampleCreateMesh(),
    sampleCreateNetwork(1),
    ...numbers.map((n) => sampleAbleHost(n)),
    ...numbers.map((n) => sampleJoinNetwork(1, n)),
    sampleCreateGateway(1),
    ...numbers.slice(-20).map((n) => sampleAssignRelay(n, 1)),
  ),
)

const switchDefault = (everyoneAllowed: boolean): MeshCommand => ({
  type: 'SwitchDefaultPolicy',
  atEpochMs: sampleTime,
  networkId: networkId('net-1'),
  everyoneAllowed,
})
const switchOff = switchDefault(false)

const stepsOf = <A>(steps: Generator<undefined, A>): { readonly count: number; readonly answer: A } => {
  for (let count = 1; ; count += 1) {
    const step = steps.next()
    if (step.done === true) return { count, answer: step.value }
  }
}

test('an explanation takes a step for each flow, and comes out the same', () => {
  const question = [
    state,
    { kind: 'node', nodeId: sampleNode(1) },
    { kind: 'node', nodeId: sampleNode(60) },
    { protocol: 'icmp' },
  ] as const
  const { count, answer } = stepsOf(explainInSteps(...question))
  expect(count).toBe(3)
  expect(answer).toEqual(explain(...question))
  expect(answer?.flows.map(({ works }) => works)).toEqual([true, true])
})

test('a plan takes a step at least for each host that changes, and comes out the same', () => {
  const { count, answer } = stepsOf(planCommandInSteps(state, switchOff))
  expect(count).toBeGreaterThan(60)
  expect(answer).toEqual(planCommand(state, switchOff))
})

test('of what a host is sent a plan names the first, and counts the rest', () => {
  const decided = decide(switchOff, state)
  const closed = evolveAll(state, E.isRight(decided) ? decided.right : [])
  const planned = planCommand(closed, switchDefault(true))
  const hosts = E.isRight(planned) ? planned.right.hosts : []
  const host = hosts.find(({ hostId }) => hostId === 'host-2')
  expect(host?.fragmentCount).toBeGreaterThan(39)
  expect(host?.fragments).toHaveLength(20)
})

test('hosts that lose all but one another are told of together', () => {
  const planned = planCommand(state, switchOff)
  const configs = E.isRight(planned) ? planned.right.configs : []
  expect(configs.map(({ hostIds }) => hostIds.length).sort()).toEqual([1, 20, 39])
})

test('whoever has had enough of configs still hears who loses whom', () => {
  const planned = planCommand(state, switchOff, { isEnough: (part) => part === 'configs' })
  expect(E.isRight(planned) && planned.right).toMatchObject({ configs: [], reachability: { isComplete: true } })
})
