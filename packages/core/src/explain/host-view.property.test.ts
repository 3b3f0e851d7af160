import fc from 'fast-check'
import { expect, test } from 'vitest'
import { carryingHosts } from '../../test/flows-of-mesh.js'
import { lawRuns } from '../../test/law-runs.js'
import { busyStates, carriedStates, grownStates } from '../../test/reached-states.js'
import { spareStates } from '../../test/spare-meshes.js'
import { choosePaths } from '../host-config/choose-paths.js'
import type { HealthView } from '../host-config/chosen-paths.js'
import { projectHostConfig } from '../host-config/expand-host-config.js'
import type { HostConfig } from '../host-config/host-config.js'
import type { PathVector, PathVectors } from '../host-config/path-vector.js'
import { largeMapKeys, largeMapValues } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import { routesNow } from '../reconcile/routes-now.js'
import {
  type HostId,
  hostPrefix,
  type IpAddress,
  type IpPrefix,
  ipAddress,
  PrefixTable,
  prefixFirst,
  prefixLast,
} from '../values/index.js'
import type { PeerRef } from './peer-table.js'
import { createTraceWorld } from './trace-world.js'

const states = fc.oneof(grownStates, busyStates, carriedStates, spareStates)

/** Some of those that carry traffic for others are gone. */
const deaths = fc.array(fc.nat(), { maxLength: 2 })

const deadOf = (state: MeshState, picks: readonly number[]): ReadonlySet<HostId> => {
  const hosts = carryingHosts(state)
  return new Set(picks.flatMap((at) => hosts[at % Math.max(1, hosts.length)] ?? []))
}

const vectorsOf = (
  configs: ReadonlyMap<HostId, HostConfig>,
  health: HealthView,
  known: PathVectors,
): ReadonlyMap<HostId, PathVector> =>
  new Map(
    [...configs].map(([hostId, config]) => [
      hostId,
      { hostId, sequence: 1, ...choosePaths(config, health, known, undefined).vector },
    ]),
  )

/** Whatever anybody has, and its ends, and what nobody has. */
const addressesOf = (state: MeshState): readonly IpAddress[] => {
  const prefixes: readonly IpPrefix[] = [
    ...[...largeMapValues(state.networks)].flatMap(({ range4, range6 }) => [range4, range6]),
    ...[...largeMapValues(state.nodes)].flatMap(({ address4, address6 }) =>
      [address4, address6].map((address) => address && hostPrefix(address)),
    ),
    ...[...largeMapValues(state.hosts)].flatMap((host) => [
      ...[host.controlAddress4, host.controlAddress6].map(hostPrefix),
      ...host.localPrefixes,
    ]),
    ...[...largeMapValues(state.clients)].flatMap((client) => [
      ...client.addresses,
      ...client.additionalAddresses,
      ...client.prefixesBehind,
    ]),
    ...[...largeMapValues(state.egresses)].flatMap(({ ranges, virtualRanges }) => [
      ...ranges,
      ...(virtualRanges ?? []),
    ]),
  ].filter((prefix) => prefix !== null)
  const nobodys = ['192.0.2.1', '2001:db8::1'].map(ipAddress)
  return [...new Set([...prefixes.flatMap((prefix) => [prefixFirst(prefix), prefixLast(prefix)]), ...nobodys])]
}

const setOf = (prefixes: readonly IpPrefix[]) => new PrefixTable(prefixes.map((prefix) => [prefix, true]))

const wholeTable = (config: HostConfig, allowedIps: ReadonlyMap<HostId, readonly IpPrefix[]>) =>
  new PrefixTable<PeerRef>([
    ...[...allowedIps].flatMap(([hostId, prefixes]) =>
      prefixes.map((prefix) => [prefix, { kind: 'host', hostId }] as const),
    ),
    ...[...config.clients.values()].flatMap(({ clientId, prefixes }) =>
      prefixes.map((prefix) => [prefix, { kind: 'client', clientId }] as const),
    ),
  ])

test('what is looked up at a host is what its whole config says', () => {
  fc.assert(
    fc.property(states, deaths, fc.integer({ min: 1, max: 9 }), ({ state }, picks, keptViews) => {
      const health: HealthView = new Map(
        [...deadOf(state, picks)].map((hostId) => [hostId, { state: 'down', roundTripMs: null }]),
      )
      const world = createTraceWorld(state, { healthOf: () => health }, keptViews)
      const hostIds = [...largeMapKeys(state.hosts)].sort()
      const configs = new Map(hostIds.flatMap((id) => [[id, projectHostConfig(state, id)]] as [HostId, HostConfig][]))
      const vectors = vectorsOf(configs, health, vectorsOf(configs, health, new Map()))
      const addresses = addressesOf(state)
      for (const [hostId, config] of configs) {
        const chosen = choosePaths(config, health, vectors, undefined)
        const view = world.viewOf(hostId)
        const peers = wholeTable(config, chosen.allowedIps)
        // A driver that asks no tables but the host's own has no full tunnel, and no route around the underlay.
        const hasTables = config.own.capabilities.includes('full-tunnel')
        const now = routesNow(config, chosen)
        const routed = now.routes
          .map(({ prefix }) => prefix)
          .filter((prefix) => hasTables || !config.aroundUnderlay.includes(prefix))
        const routes = setOf(routed)
        const forwardRoutes = setOf([...routed, ...now.keptByLan])
        for (const address of addresses) {
          const at = { hostId, address }
          expect({ ...at, peer: view?.peers.longest(address) }).toEqual({ ...at, peer: peers.longest(address) })
          expect({ ...at, route: view?.routes.longest(address) }).toEqual({ ...at, route: routes.longest(address) })
          expect(view?.forwardRoutes.longest(address)).toEqual(forwardRoutes.longest(address))
        }
        expect(hostIds.filter((id) => view?.isPeer(id))).toEqual([...config.peers.keys()].sort())
        expect([...largeMapKeys(state.clients)].filter((id) => view?.hasClient(id)).sort()).toEqual(
          [...config.clients.keys()].sort(),
        )
        expect(view).toMatchObject({
          own: config.own,
          routing: config.routing,
          fullTunnel: hasTables ? config.fullTunnel : null,
          filter: config.filter,
          vector: chosen.vector,
        })
        for (const [name, prefixes] of config.filter.sets) {
          const set = setOf(prefixes)
          for (const address of addresses)
            expect({ name, address, isIn: view?.isInSet(name, address) }).toEqual({
              name,
              address,
              isIn: set.longest(address) !== undefined,
            })
        }
        expect(view?.config).toEqual(config)
        expect(view?.chosen).toEqual(chosen)
      }
    }),
    lawRuns(),
  )
})
