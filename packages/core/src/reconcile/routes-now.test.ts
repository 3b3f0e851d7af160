/** E6: host 2 routes a wide range, host 3 one inside it. */
import { expect, test } from 'vitest'
import { choosePaths } from '../host-config/choose-paths.js'
import type { HealthView } from '../host-config/chosen-paths.js'
import { projectHostConfig } from '../host-config/expand-host-config.js'
import { replay } from '../mesh/evolve.js'
import { sampleAbleHost } from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleAddEgress,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
} from '../testing/sample-mesh.js'
import { hostCapabilities, hostId, type IpPrefix, ipPrefix, nodeId } from '../values/index.js'
import { desiredHostOf } from './desired-host-of.js'
import { policyRouteIdentity } from './policy-routing.js'

const gone: HealthView = new Map([[hostId('host-3'), { state: 'down', roundTripMs: null }]])
const inside = ipPrefix('192.168.77.0/24')

const ledInto = (
  health: HealthView,
  {
    host = 2,
    localPrefixes = [] as readonly IpPrefix[],
    narrow = {},
    wide = {},
  }: { host?: number; localPrefixes?: readonly IpPrefix[]; narrow?: object; wide?: object } = {},
) => {
  const site = (number: number, range: string, router: number, changes: object) =>
    sampleAddEgress(number, {
      ranges: [ipPrefix(range)],
      routers: [{ nodeId: nodeId(`node-1-${router}`) }],
      ...changes,
    })
  const events = eventsOf(
    ...[sampleCreateMesh(), sampleCreateNetwork(), sampleAbleHost(1), sampleAbleHost(3)],
    sampleAbleHost(2, { capabilities: hostCapabilities, localPrefixes }),
    ...[1, 2, 3].map((each) => sampleJoinNetwork(1, each)),
    site(1, '192.168.0.0/16', 2, wide),
    site(2, inside, 3, narrow),
  )
  const config = projectHostConfig(replay(events), hostId(`host-${host}`))
  if (config === undefined) throw new TypeError('no config')
  const { routes, policyRouting } = desiredHostOf(config, choosePaths(config, health, new Map(), undefined))
  return {
    isRouted: routes.some(({ prefix }) => prefix === inside),
    forwarded: policyRouting.routes.map(policyRouteIdentity),
  }
}

test('what the router of the wider range carries for a dead one leads into the mesh no longer, and by its own links', () => {
  expect(ledInto(new Map())).toEqual({ isRouted: true, forwarded: [] })
  expect(ledInto(gone)).toEqual({ isRouted: false, forwarded: [] })
})

test('E7 beside its own LAN too, where only what it passes on led there', () => {
  const beside = { localPrefixes: [inside] }
  expect(ledInto(new Map(), beside)).toEqual({ isRouted: false, forwarded: [`forwarded ${inside} mesh -`] })
  expect(ledInto(gone, beside)).toEqual({ isRouted: false, forwarded: [] })
})

test('of those who carry nothing, of ranges that stay with their routers, and by addresses that nobody has in the mesh nothing is taken', () => {
  expect(ledInto(gone, { host: 1 }).isRouted).toBe(true)
  expect(ledInto(gone, { narrow: { fallbackToWider: false } }).isRouted).toBe(true)
  expect(ledInto(gone, { wide: { virtualRanges: [ipPrefix('10.99.0.0/16')] } }).isRouted).toBe(true)
})
