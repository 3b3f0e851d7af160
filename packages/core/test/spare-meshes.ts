/** States in which everything that carries traffic for others is there more than once, so that some of it may die. For laws. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { decide } from '../src/mesh/decide.js'
import { evolveAll } from '../src/mesh/evolve.js'
import type { MeshCommand } from '../src/mesh/mesh-command.js'
import type { MeshEvent } from '../src/mesh/mesh-event.js'
import { emptyMeshState, type Selector } from '../src/mesh/mesh-state.js'
import {
  sampleAbleHost,
  sampleAssignRelay,
  sampleCreateGateway,
  sampleEngage,
  sampleNode,
} from '../src/testing/sample-gateways.js'
import {
  sampleAddClient,
  sampleAddEgress,
  sampleAddPolicy,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '../src/testing/sample-mesh.js'
import { clientId, egressId, networkId, tagName } from '../src/values/index.js'
import { type ReachedState, reachedBy } from './reached-states.js'

const gateways = [1, 2, 3]
const others = [4, 5, 6, 7, 8]
const [red, blue] = ['red', 'blue'].map(tagName) as [never, never]

const shuffled = (hosts: readonly number[], minLength: number) =>
  fc.shuffledSubarray([...hosts], { minLength, maxLength: 3 })

const selector: fc.Arbitrary<Selector> = fc.constantFrom<Selector>(
  { kind: 'everyone' },
  { kind: 'tag', tag: red },
  { kind: 'tag', tag: blue },
  { kind: 'egress', egressId: egressId('egress-1') },
  { kind: 'client', clientId: clientId('client-1') },
)

const plans = fc.record({
  /** The gateways of each of the others; none: it is reached directly. */
  relayed: fc.tuple(...others.map(() => fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, shuffled(gateways, 2)))),
  pairs: fc.array(fc.tuple(fc.shuffledSubarray(others, { minLength: 2, maxLength: 2 }), shuffled(gateways, 2)), {
    maxLength: 5,
  }),
  egresses: fc.array(fc.record({ routers: shuffled([...gateways, ...others], 2), nat: fc.boolean() }), {
    maxLength: 2,
  }),
  clientsAt: fc.array(fc.constantFrom(...gateways), { maxLength: 2 }),
  tagged: fc.array(fc.tuple(fc.constantFrom(...gateways, ...others), fc.constantFrom(red, blue)), { maxLength: 4 }),
  policies: fc.array(fc.record({ sources: selector, destinations: selector, isOneWay: fc.boolean() }), {
    maxLength: 2,
  }),
  everyoneAllowed: fc.boolean(),
})

type Plan = typeof plans extends fc.Arbitrary<infer P> ? P : never

const at = { atEpochMs: sampleTime } as const

const commandsOf = (plan: Plan): readonly MeshCommand[] => [
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  ...[...gateways, ...others].flatMap((host) => [sampleAbleHost(host), sampleJoinNetwork(1, host)]),
  ...gateways.map((host) => sampleCreateGateway(host)),
  ...plan.relayed.flatMap((list, index) => (list.length === 0 ? [] : [sampleAssignRelay(others[index] ?? 0, ...list)])),
  ...plan.pairs.map(([[one = 0, other = 0], list]) => sampleEngage(one, other, ...list)),
  ...plan.egresses.map(({ routers, nat }, index) =>
    sampleAddEgress(index + 1, {
      routers: routers.map((host, metric) => ({ nodeId: sampleNode(host), metric: metric + 1 })),
      nat,
      ...(nat ? {} : { returnRoute: 'external' }),
    }),
  ),
  ...plan.clientsAt.map((host, index) => sampleAddClient(index + 1, { gatewayId: sampleNode(host) })),
  ...plan.tagged.map(([host, tag]): MeshCommand => ({ type: 'AssignTag', ...at, memberId: sampleNode(host), tag })),
  ...plan.policies.map(({ sources, destinations, isOneWay }, index) =>
    sampleAddPolicy(index + 1, {
      sources: [sources],
      destinations: [destinations],
      direction: isOneWay ? 'one-way' : 'both',
    }),
  ),
  {
    type: 'SwitchDefaultPolicy',
    ...at,
    networkId: networkId('net-1'),
    everyoneAllowed: plan.everyoneAllowed,
  },
]

/** Three gateways, and five nodes that are relayed, in pairs, routers, as it comes. What rules refuse is left out. */
export const spareStates: fc.Arbitrary<ReachedState> = plans.map((plan) => {
  let state = emptyMeshState()
  const events: MeshEvent[] = []
  for (const command of commandsOf(plan)) {
    const decision = decide(command, state)
    if (E.isLeft(decision)) continue
    state = evolveAll(state, decision.right)
    events.push(...decision.right)
  }
  return reachedBy('from nothing', events, state)
})
