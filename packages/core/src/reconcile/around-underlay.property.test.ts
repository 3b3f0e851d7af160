/** E5: WireGuard's own packets, and those to the server, never take a route into the mesh. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { rangesInMesh } from '../host-config/around-underlay.js'
import { choosePaths } from '../host-config/choose-paths.js'
import { projectHostConfig } from '../host-config/expand-host-config.js'
import type { HostConfig } from '../host-config/host-config.js'
import { decide } from '../mesh/decide.js'
import { evolveAll } from '../mesh/evolve.js'
import { largeMapKeys } from '../mesh/large-map.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import { defaultNetworkSettings, emptyMeshState, type MeshState } from '../mesh/mesh-state.js'
import { candidateOrder, nowhere } from '../paths/candidate-order.js'
import { sampleAbleHost, sampleAssignRelay, sampleCreateGateway, sampleRouteAll } from '../testing/sample-gateways.js'
import {
  sampleAddClient,
  sampleAddEgress,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
} from '../testing/sample-mesh.js'
import {
  endpointAddress,
  hostCapabilities,
  type IpAddress,
  type IpPrefix,
  ipAddress,
  ipPrefix,
  nodeId,
  prefixContainsAddress,
  prefixLength,
  udpEndpoint,
} from '../values/index.js'
import type { DesiredHost } from './desired-host.js'
import { desiredHostOf } from './desired-host-of.js'

const addresses = [
  ...['10.20.0.7', '10.21.0.7', '192.168.1.7', '192.168.2.7', '198.51.100.7', '203.0.113.7'],
  ...['fd50::7', 'fd51::7', '2001:db8:51::7'],
]
const ranges = [
  ...['10.20.0.0/16', '10.0.0.0/9', '10.0.0.0/8', '192.168.1.0/24', '192.168.0.0/16', '198.51.100.0/24', '203.0.0.0/8'],
  ...['fd50::/16', 'fd50::/32', '2001:db8:51::/64', '2001:db8:51::/48', '0.0.0.0/0', '::/0'],
]
const locals = ['10.20.0.0/24', '10.21.0.0/16', '192.168.1.0/24', '192.168.2.0/25', 'fd50::/64', '198.51.100.7/32']
const hosts = [1, 2, 3, 4]

const endpoint = fc
  .tuple(fc.constantFrom(...addresses), fc.constantFrom('local', 'local', 'observed', 'declared'))
  .map(([address, origin]) => ({
    endpoint: udpEndpoint(address.includes(':') ? `[${address}]:51821` : `${address}:51821`),
    origin: origin as 'local' | 'observed' | 'declared',
  }))

const host = fc.record({
  endpoints: fc.array(endpoint, { maxLength: 4 }),
  localPrefixes: fc.subarray(locals, { maxLength: 2 }).map((texts) => texts.map(ipPrefix)),
  isAble: fc.boolean(),
})

const egress = fc.record({
  ranges: fc.subarray(ranges, { minLength: 1, maxLength: 3 }),
  router: fc.constantFrom(...hosts),
  isVirtual: fc.boolean(),
  nat: fc.boolean(),
})

/** What rules refuse is left out. */
const meshes = fc
  .record({
    hosts: fc.tuple(host, host, host, host),
    egresses: fc.array(egress, { minLength: 1, maxLength: 3 }),
    isRelayed: fc.boolean(),
    isTunnelled: fc.boolean(),
    hasClient: fc.boolean(),
    ownLan: fc.constantFrom('own' as const, 'mesh' as const),
  })
  .map((drawn): MeshState => {
    const exit = { ...sampleCreateGateway(1), internet: {} } as MeshCommand
    const commands: readonly MeshCommand[] = [
      sampleCreateMesh(),
      sampleCreateNetwork(1, { settings: { ...defaultNetworkSettings, privateUnderlay: true } }),
      ...drawn.hosts.map(({ isAble, ...facts }, at) =>
        sampleAbleHost(at + 1, { ...facts, capabilities: isAble ? hostCapabilities : ['isolate-networks', 'filter'] }),
      ),
      ...hosts.map((each) => sampleJoinNetwork(1, each)),
      ...drawn.egresses.map((each, at) =>
        sampleAddEgress(at + 1, {
          ranges: each.ranges.map(ipPrefix),
          virtualRanges: each.isVirtual ? virtualOf(each.ranges, at) : null,
          nat: each.nat,
          routers: [{ nodeId: nodeId(`node-1-${each.router}`) }],
        }),
      ),
      ...(drawn.isRelayed || drawn.isTunnelled ? [exit, sampleAssignRelay(2, 1)] : []),
      ...(drawn.isTunnelled ? [sampleRouteAll(2)] : []),
      ...(drawn.hasClient ? [sampleAddClient(1)] : []),
      { ...traits, nodeId: nodeId('node-1-3'), ownLan: drawn.ownLan },
    ]
    return commands.reduce((state, command) => {
      const decided = decide(command, state)
      return E.isLeft(decided) ? state : evolveAll(state, decided.right)
    }, emptyMeshState())
  })

const traits = { type: 'UpdateNodeTraits', atEpochMs: sampleAbleHost(1).atEpochMs } as const

/** Of the same length each; `null` for some that are too wide. */
const virtualOf = (real: readonly string[], number: number): readonly IpPrefix[] | null => {
  const lengths = real.map((range) => [range.includes(':'), Number(range.split('/')[1])] as const)
  if (lengths.some(([isSix, length]) => length < (isSix ? 48 : 16))) return null
  return lengths.map(([isSix, length], at) =>
    ipPrefix(isSix ? `fd99:${number}:${at}::/${length}` : `100.${64 + number * 3 + at}.0.0/${length}`),
  )
}

const configsOf = (state: MeshState): readonly HostConfig[] =>
  [...largeMapKeys(state.hosts)].flatMap((hostId) => projectHostConfig(state, hostId) ?? [])

/** Where its own routes, which WireGuard's own packets take, lead into the mesh. */
const leadsIn = ({ routes }: DesiredHost, address: IpAddress): boolean =>
  routes.some(({ prefix }) => prefixContainsAddress(prefix, address))

const servers = fc
  .option(fc.constantFrom(...addresses))
  .map((address) => (address === null ? [] : [{ protocol: 'tcp' as const, address: ipAddress(address), port: 7400 }]))

test('E5 no route among the own ones leads to a peer by the tunnel, or to the server', () => {
  fc.assert(
    fc.property(meshes, servers, (state, places) => {
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
    fc.property(meshes, servers, (state, places) => {
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
    fc.property(meshes, (state) => {
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
              ({ prefix, to }) => to === 'mesh' && prefixContainsAddress(prefix, rule.to.split('/')[0] as IpAddress),
            )
            .map(({ prefix }) => prefixLength(prefix))
          expect(Math.max(...inTable)).toBe(rule.longerThan)
        }
      }
    }),
    lawRuns(1),
  )
})
