/** E5: WireGuard's own packets, and those to the server, never take a route into the mesh. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { meshesWithRanges, placesAround } from '../../test/meshes-with-ranges.js'
import { rangesInMesh } from '../host-config/around-underlay.js'
import { choosePaths } from '../host-config/choose-paths.js'
import { projectHostConfig } from '../host-config/expand-host-config.js'
import type { HostConfig } from '../host-config/host-config.js'
import { largeMapKeys } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import { candidateOrder, nowhere } from '../paths/candidate-order.js'
import { endpointAddress, type IpAddress, ipAddress, prefixContainsAddress, prefixLength } from '../values/index.js'
import type { DesiredHost } from './desired-host.js'
import { desiredHostOf } from './desired-host-of.js'

const configsOf = (state: MeshState): readonly HostConfig[] =>
  [...largeMapKeys(state.hosts)].flatMap((hostId) => projectHostConfig(state, hostId) ?? [])

/** Where its own routes, which WireGuard's own packets take, lead into the mesh. */
const leadsIn = ({ routes }: DesiredHost, address: IpAddress): boolean =>
  routes.some(({ prefix }) => prefixContainsAddress(prefix, address))

const servers = fc
  .option(fc.constantFrom(...placesAround))
  .map((address) => (address === null ? [] : [{ protocol: 'tcp' as const, address: ipAddress(address), port: 7400 }]))

test('E5 no route among the own ones leads to a peer by the tunnel, or to the server', () => {
  fc.assert(
    fc.property(meshesWithRanges, servers, (state, places) => {
      for (const config of configsOf(state)) {
        const desired = desiredHostOf(config, choosePaths(config, new Map(), new Map(), undefined), places)
        const place = { ...nowhere, inMesh: rangesInMesh(config) }
        for (const { name, endpoints } of config.peers.values())
          for (const tried of new Set([
            ...candidateOrder(endpoints, place),
            ...endpoints.slice(0, 1).map((e) => e.endpoint),
          ]))
            expect({ name, tried, leadsIn: leadsIn(desired, endpointAddress(tried)) }).toMatchObject({ leadsIn: false })
        for (const { address } of places) expect(leadsIn(desired, address)).toBe(false)
      }
    }),
    lawRuns(1),
  )
})

test('E5 what leads into the mesh does so still, where the driver can tell packets apart', () => {
  fc.assert(
    fc.property(meshesWithRanges, servers, (state, places) => {
      for (const config of configsOf(state)) {
        const { routes, policyRouting } = desiredHostOf(
          config,
          choosePaths(config, new Map(), new Map(), undefined),
          places,
        )
        const inTables = policyRouting.routes.filter(({ table, to }) => table === 'tunnel' && to === 'mesh')
        const all = [...routes, ...inTables].map(({ prefix }) => prefix)
        if (!config.own.capabilities.includes('full-tunnel')) continue
        for (const { prefix } of config.routes) expect(all).toContain(prefix)
        expect(new Set(inTables.map(({ prefix }) => prefix)).size).toBe(inTables.length)
        const ruled = policyRouting.rules.some(({ kind }) => kind === 'before-own-routes' || kind === 'everything')
        expect(ruled).toBe(inTables.length > 0 || policyRouting.routes.some(({ to }) => to === 'nowhere'))
      }
    }),
    lawRuns(1),
  )
})

test('a range that yields goes before the own routes by its length, and has a rule for each of its parts', () => {
  fc.assert(
    fc.property(meshesWithRanges, (state) => {
      for (const config of configsOf(state)) {
        const { rules, routes } = desiredHostOf(
          config,
          choosePaths(config, new Map(), new Map(), undefined),
          [],
        ).policyRouting
        for (const rule of rules) {
          if (rule.kind !== 'longer-own-routes') continue
          const inTable = routes
            .filter(
              ({ table, prefix, to }) =>
                table === 'tunnel' &&
                to === 'mesh' &&
                prefixContainsAddress(prefix, rule.to.split('/')[0] as IpAddress),
            )
            .map(({ prefix }) => prefixLength(prefix))
          expect(Math.max(...inTable)).toBe(rule.longerThan)
        }
      }
    }),
    lawRuns(1),
  )
})
