import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LivingMesh } from '../../test/ends-of-mesh.js'
import {
  answererOf,
  asItLeft,
  carryingHosts,
  flowsOf,
  flowWorldOf,
  goesByOwnLinks,
  hasWay,
  isAllowed,
  isEnforced,
  isOwnTraffic,
  isShadowed,
  send,
  shown,
} from '../../test/flows-of-mesh.js'
import { lawRuns } from '../../test/law-runs.js'
import { busyStates, carriedStates } from '../../test/reached-states.js'
import { stateWith, verdictOf } from '../../test/sample-trace.js'
import { spareStates } from '../../test/spare-meshes.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { PacketTraffic } from '../policy/index.js'
import { sampleAbleHost } from '../testing/sample-gateways.js'
import { sampleAddEgress, sampleTime } from '../testing/sample-mesh.js'
import { type HostId, hostId, ipPrefix, nodeId } from '../values/index.js'
import type { PacketOrigin } from './packet.js'
import type { FlowMemory } from './trace-packet.js'
import { createTraceWorld } from './trace-world.js'

const traffics: readonly PacketTraffic[] = [{ protocol: 'tcp', port: 443 }, { protocol: 'icmp' }]

const states = fc.oneof(busyStates, carriedStates, spareStates)

const nobody: ReadonlySet<HostId> = new Set()

/** One or two gateways or routers are gone, where there are some. */
const deaths = fc.array(fc.nat(), { minLength: 1, maxLength: 2 })

const hostsOf = (state: MeshState, picks: readonly number[]): ReadonlySet<HostId> => {
  const hosts = carryingHosts(state)
  return new Set(picks.flatMap((at) => hosts[at % Math.max(1, hosts.length)] ?? []))
}

const expectAllowedWhereDelivered = (mesh: LivingMesh): void => {
  const world = flowWorldOf(mesh)
  for (const flow of flowsOf(mesh)) {
    if (isOwnTraffic(mesh.state, flow)) continue
    for (const traffic of traffics) {
      const trace = send(world, flow.from.origin as PacketOrigin, flow, traffic)
      if (trace.verdict.kind !== 'delivered' || !isEnforced(world, trace)) continue
      if ([flow, asItLeft(mesh.state, flow, trace.verdict)].some((each) => isAllowed(mesh.state, each, traffic)))
        continue
      expect(shown(world, flow, traffic, trace)).toBe('not delivered')
    }
  }
}

const expectDeliveredWhereAllowed = (mesh: LivingMesh): void => {
  const world = flowWorldOf(mesh)
  for (const flow of flowsOf(mesh)) {
    if (!hasWay(world, flow)) continue
    for (const traffic of traffics) {
      if (!isAllowed(mesh.state, flow, traffic)) continue
      const memory: FlowMemory = new Set()
      const trace = send(world, flow.from.origin as PacketOrigin, flow, traffic, memory)
      if (trace.verdict.kind !== 'delivered') {
        if (!isShadowed(world, flow, trace)) expect(shown(world, flow, traffic, trace)).toBe('delivered')
        continue
      }
      const back = { ...flow, from: flow.to, to: flow.from }
      const reply = send(world, answererOf(trace.verdict), back, traffic, memory)
      if (reply.verdict.kind === 'delivered' || goesByOwnLinks(world, reply)) continue
      if (!isShadowed(world, back, reply)) expect(shown(world, back, traffic, reply)).toBe('answered')
    }
  }
}

describe('law 5, for everything that packets begin at and go to', () => {
  test('what is delivered, policy allows', () => {
    fc.assert(
      fc.property(states, ({ state }) => expectAllowedWhereDelivered({ state, dead: nobody })),
      lawRuns(0.5),
    )
  })

  test('what policy allows is delivered, and answered', () => {
    fc.assert(
      fc.property(states, ({ state }) => expectDeliveredWhereAllowed({ state, dead: nobody })),
      lawRuns(0.5),
    )
  })
})

test('E7 what a site begins is kept by the LAN of its router, where that is called as another site is', () => {
  const site = (number: number, changes: object) =>
    sampleAddEgress(number, { ranges: [ipPrefix(`192.168.${number}.0/24`)], ...changes })
  const state = stateWith(site(1, { nat: true }), site(2, { routers: [{ nodeId: nodeId('node-1-2') }], nat: false }), {
    type: 'ReportHostEndpoints',
    atEpochMs: sampleTime,
    hostId: hostId('host-2'),
    listenPort: 51_821,
    endpoints: sampleAbleHost(2).endpoints ?? [],
    localPrefixes: [ipPrefix('192.168.1.0/24')],
  })
  const verdict = verdictOf(
    createTraceWorld(state),
    { kind: 'underlay', hostId: hostId('host-2') },
    '192.168.2.5',
    '192.168.1.5',
  )
  expect(verdict).toEqual({ kind: 'left-outside', hostId: 'host-2' })
  expectDeliveredWhereAllowed({ state, dead: nobody })
})

describe('law 5, while gateways and routers are gone', () => {
  test('what is delivered, policy allows', () => {
    fc.assert(
      fc.property(states, deaths, ({ state }, picks) =>
        expectAllowedWhereDelivered({ state, dead: hostsOf(state, picks) }),
      ),
      lawRuns(),
    )
  })

  test('what policy allows is delivered, and answered, where the lists of both ends hold a live hop', () => {
    fc.assert(
      fc.property(states, deaths, ({ state }, picks) =>
        expectDeliveredWhereAllowed({ state, dead: hostsOf(state, picks) }),
      ),
      lawRuns(),
    )
  })
})
