/** Random meshes whose ranges lie around endpoints, around LANs, and in each other. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { decide } from '../src/mesh/decide.js'
import { evolveAll } from '../src/mesh/evolve.js'
import type { MeshCommand } from '../src/mesh/mesh-command.js'
import { defaultNetworkSettings, emptyMeshState, type MeshState } from '../src/mesh/mesh-state.js'
import {
  sampleAbleHost,
  sampleAssignRelay,
  sampleCreateGateway,
  sampleRouteAll,
} from '../src/testing/sample-gateways.js'
import {
  sampleAddClient,
  sampleAddEgress,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
} from '../src/testing/sample-mesh.js'
import { hostCapabilities, type IpPrefix, ipPrefix, networkId, nodeId, udpEndpoint } from '../src/values/index.js'

/** Where peers and the server may be. */
export const placesAround = [
  ...['10.20.0.7', '10.21.0.7', '192.168.1.7', '192.168.2.7', '198.51.100.7', '203.0.113.7'],
  ...['fd50::7', 'fd51::7', '2001:db8:51::7'],
]
/** Ranges of egresses, and LANs. */
export const rangesAround = [
  ...['10.20.0.0/16', '10.0.0.0/9', '10.0.0.0/8', '192.168.1.0/24', '192.168.0.0/16', '198.51.100.0/24', '203.0.0.0/8'],
  ...['fd50::/16', 'fd50::/32', '2001:db8:51::/64', '2001:db8:51::/48', '0.0.0.0/0', '::/0'],
]
export const lansAround = [
  '10.20.0.0/24',
  '10.21.0.0/16',
  '192.168.1.0/24',
  '192.168.2.0/25',
  'fd50::/64',
  '198.51.100.7/32',
]
const hosts = [1, 2, 3, 4]

const endpoint = fc
  .tuple(fc.constantFrom(...placesAround), fc.constantFrom('local', 'local', 'observed', 'declared'))
  .map(([address, origin]) => ({
    endpoint: udpEndpoint(address.includes(':') ? `[${address}]:51821` : `${address}:51821`),
    origin: origin as 'local' | 'observed' | 'declared',
  }))

const host = fc.record({
  endpoints: fc.array(endpoint, { maxLength: 4 }),
  localPrefixes: fc.subarray(lansAround, { maxLength: 2 }).map((texts) => texts.map(ipPrefix)),
  capabilities: fc.constantFrom(
    hostCapabilities,
    hostCapabilities,
    hostCapabilities.filter((each) => each !== 'full-tunnel'),
    ['isolate-networks', 'filter'] as const,
  ),
})

const egress = fc.record({
  ranges: fc.subarray(rangesAround, { minLength: 1, maxLength: 3 }),
  router: fc.constantFrom(...hosts),
  isVirtual: fc.boolean(),
  nat: fc.boolean(),
  network: fc.constantFrom(1, 1, 2),
})

/** Four hosts and up to three egresses; what rules refuse is left out. */
export const meshesWithRanges = fc
  .record({
    hosts: fc.tuple(host, host, host, host),
    egresses: fc.array(egress, { minLength: 1, maxLength: 3 }),
    isRelayed: fc.boolean(),
    isTunnelled: fc.boolean(),
    hasClient: fc.boolean(),
    ownLan: fc.constantFrom('own' as const, 'mesh' as const),
    localNetwork: fc.constantFrom('outside' as const, 'inside' as const),
  })
  .map((drawn): MeshState => {
    const exit = { ...sampleCreateGateway(1), internet: {} } as MeshCommand
    const commands: readonly MeshCommand[] = [
      sampleCreateMesh(),
      sampleCreateNetwork(1, { settings: { ...defaultNetworkSettings, privateUnderlay: true } }),
      ...drawn.hosts.map((facts, at) => sampleAbleHost(at + 1, facts)),
      sampleCreateNetwork(2),
      ...hosts.map((each) => sampleJoinNetwork(1, each)),
      ...hosts.map((each) => sampleJoinNetwork(2, each)),
      ...drawn.egresses.map((each, at) =>
        sampleAddEgress(at + 1, {
          ranges: each.ranges.map(ipPrefix),
          virtualRanges: each.isVirtual ? virtualOf(each.ranges, at) : null,
          nat: each.nat,
          networkId: networkId(`net-${each.network}`),
          routers: [{ nodeId: nodeId(`node-${each.network}-${each.router}`) }],
        }),
      ),
      ...(drawn.isRelayed || drawn.isTunnelled ? [exit, sampleAssignRelay(2, 1)] : []),
      ...(drawn.isTunnelled ? [sampleRouteAll(2)] : []),
      ...(drawn.hasClient ? [sampleAddClient(1)] : []),
      { ...traits, nodeId: nodeId('node-1-3'), ownLan: drawn.ownLan },
      { ...traits, nodeId: nodeId('node-1-2'), ownLan: drawn.ownLan, tunnel: { localNetwork: drawn.localNetwork } },
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
