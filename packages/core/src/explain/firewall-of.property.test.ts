/** The firewall of a host, and what the tracer makes of the same config: here, because the tracer looks further down than it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { busyStates, carriedStates } from '../../test/reached-states.js'
import { choosePaths } from '../host-config/choose-paths.js'
import { projectHostConfig } from '../host-config/expand-host-config.js'
import type { HostConfig } from '../host-config/host-config.js'
import { largeMapKeys } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import { FirewallMaker, firewallOf } from '../reconcile/firewall-of.js'
import { type HostId, ipAddress, prefixContainsAddress, prefixFirst } from '../values/index.js'
import { isBeyondMesh } from './filter-decision.js'
import { createTraceWorld } from './trace-world.js'

const states = fc.oneof(busyStates, carriedStates)

const anywhere = ['192.0.2.77', '10.255.255.1', '192.168.1.5', '100.64.2.5', '2001:db8:77::1', 'fd99::1'].map(ipAddress)

function* configsOf(state: MeshState): Generator<readonly [HostId, HostConfig]> {
  for (const hostId of largeMapKeys(state.hosts)) {
    const config = projectHostConfig(state, hostId)
    if (config !== undefined) yield [hostId, config]
  }
}

const chosenOf = (config: HostConfig) => choosePaths(config, new Map(), new Map(), undefined)

describe('what a firewall is made of', () => {
  test('every set that a rule names is there, and none besides', () => {
    fc.assert(
      fc.property(states, ({ state }) => {
        for (const [, config] of configsOf(state)) {
          const firewall = firewallOf(config, chosenOf(config))
          const filter = firewall?.rules.filter
          if (filter == null) continue
          const named = [filter.mesh, ...filter.input.map(({ to }) => to)]
          for (const { from, within } of [...filter.input, ...filter.forward])
            named.push(...from, ...(within === null ? [] : [within]))
          for (const { to, through, exceptTo } of filter.forward)
            named.push(...(to ?? []), ...[through, exceptTo].filter((id) => id !== null))
          const lacking = named.filter((id) => firewall?.sets.has(id) !== true)
          expect(lacking).toEqual([])
        }
      }),
      lawRuns(),
    )
  })

  test('its set of the mesh has what the tracer takes for an address of the mesh', () => {
    fc.assert(
      fc.property(states, ({ state }) => {
        const world = createTraceWorld(state)
        const ends = [...configsOf(state)].flatMap(([, { own }]) => own.memberships.flatMap((part) => part.addresses))
        for (const [hostId, config] of configsOf(state)) {
          const view = world.viewOf(hostId)
          const firewall = firewallOf(config, chosenOf(config))
          const mesh = firewall?.sets.get(firewall.rules.filter?.mesh ?? '')
          if (view === undefined || mesh === undefined) continue
          for (const address of [...anywhere, ...ends, ...config.routes.map(({ prefix }) => prefixFirst(prefix))]) {
            const isInSet = mesh.some((prefix) => prefixContainsAddress(prefix, address))
            expect(`${hostId} ${address} ${isInSet}`).toBe(`${hostId} ${address} ${!isBeyondMesh(view, address)}`)
          }
        }
      }),
      lawRuns(),
    )
  })

  test('made again of the same, nothing is another object', () => {
    fc.assert(
      fc.property(states, ({ state }) => {
        for (const [, config] of configsOf(state)) {
          const maker = new FirewallMaker()
          const [first, second] = [maker.make(config, chosenOf(config)), maker.make({ ...config }, chosenOf(config))]
          expect(second?.rules).toBe(first?.rules)
          for (const [id, members] of first?.sets ?? []) expect(second?.sets.get(id)).toBe(members)
        }
      }),
      lawRuns(),
    )
  })
})
