import { describe, expect, test } from 'vitest'
import { node, presence, type ReactionWorld, type Seen, worldOf } from '../../test/reaction-world.js'
import { sampleTime } from '../testing/sample-mesh.js'
import { hostId, udpEndpoint } from '../values/index.js'
import { gatewayEndpointStandings } from './reached-hosts.js'
import { watchedValue } from './watched.js'

const placeOf = (number: number) => udpEndpoint(`203.0.113.${number}:51821`)
/** Host `by` says that it met host `number` there. */
const reached = (by: number, number: number, endpoint = placeOf(number)): Seen => ({
  type: 'endpoints-reached',
  hostId: hostId(`host-${by}`),
  reached: [{ hostId: hostId(`host-${number}`), endpoint }],
})
const standings = (world: ReactionWorld, number = 1) =>
  gatewayEndpointStandings(world.state, world.memory, node(number))
const world = () => worldOf({ hosts: 4, gateways: 2 })
const reportEndpoints = (
  ...endpoints: readonly { endpoint: ReturnType<typeof placeOf>; origin: 'local' | 'observed' | 'declared' }[]
) =>
  ({
    type: 'ReportHostEndpoints',
    atEpochMs: sampleTime,
    hostId: hostId('host-1'),
    listenPort: 51821,
    endpoints,
    localPrefixes: [],
  }) as const

describe('B1 a declared endpoint', () => {
  test('B1 is unproven until a peer says that it arrived there, and of that gateway alone', () => {
    const there = world()
    expect(standings(there)).toEqual([{ endpoint: placeOf(1), proof: 'unproven' }])
    expect(there.observe(reached(3, 1)).commands).toEqual([])
    expect(standings(there)).toEqual([{ endpoint: placeOf(1), proof: 'proven' }])
    expect(standings(there, 2)).toEqual([{ endpoint: placeOf(2), proof: 'unproven' }])
    expect(standings(there, 3)).toEqual([])
  })

  test('B1 stays proven while nobody says anything, as long as the host is there', () => {
    const there = world()
    there.observe(reached(3, 1))
    for (let minute = 0; minute < 30; minute += 1) {
      there.pass(60_000)
      there.observe(presence(1, minute % 2 === 0))
    }
    expect(standings(there)[0]?.proof).toBe('proven')
    there.carryOut({ type: 'RemoveHost', atEpochMs: sampleTime, hostId: hostId('host-1') } as never)
    for (let minute = 0; minute < 12; minute += 1) {
      there.pass(60_000)
      there.observe(presence(2, true))
    }
    expect(watchedValue(there.memory.reached, hostId('host-1'))).toBeUndefined()
  })

  test('B1 is proven by nobody who can not know', () => {
    const there = world()
    there.observe(reached(1, 1), reached(9, 1), reached(3, 1, placeOf(7)), reached(3, 9))
    expect(standings(there)[0]?.proof).toBe('unproven')
    const apart = world()
    apart.carryOut({ type: 'RemoveNode', atEpochMs: sampleTime, nodeId: node(3) } as never)
    apart.observe(reached(3, 1))
    expect(standings(apart)[0]?.proof).toBe('unproven')
  })

  test('B1 that is another one is unproven again', () => {
    const there = world()
    there.observe(reached(3, 1))
    there.carryOut(reportEndpoints({ endpoint: udpEndpoint('198.51.100.1:51821'), origin: 'declared' }))
    expect(standings(there)).toEqual([{ endpoint: '198.51.100.1:51821', proof: 'unproven' }])
  })
})

test('B1 an endpoint that nobody declared needs no proof: it is an own address, or where others see it', () => {
  const there = world()
  there.carryOut(reportEndpoints({ endpoint: placeOf(1), origin: 'local' }))
  expect(standings(there)).toEqual([{ endpoint: placeOf(1), proof: 'own' }])
  there.carryOut(reportEndpoints({ endpoint: placeOf(1), origin: 'observed' }))
  expect(standings(there)).toEqual([{ endpoint: placeOf(1), proof: 'seen' }])
  there.carryOut(reportEndpoints({ endpoint: udpEndpoint('10.0.0.1:51821'), origin: 'local' }))
  expect(standings(there)).toEqual([])
})
