/**
 * Random histories, made of events directly: they need not be what the rules would emit, only what a log could
 * hold, so that patches are right for every log.
 */
import * as fc from 'fast-check'
import { evolveAll } from '../../mesh/evolve.js'
import { largeMapGet, largeMapHas, largeMapKeys, largeMapSize } from '../../mesh/large-map.js'
import type { MeshEvent } from '../../mesh/mesh-event.js'
import { defaultNetworkSettings, emptyMeshState, type MeshState } from '../../mesh/mesh-state.js'
import {
  encodeBase64,
  epochMs,
  hostId,
  hostName,
  type Ipv4Address,
  type Ipv6Address,
  identityPublicKey,
  ipAddress,
  ipPrefix,
  lowestFreeAddress,
  meshId,
  networkId,
  networkName,
  nodeId,
  udpEndpoint,
  wireguardPublicKey,
} from '../../values/index.js'

interface Move {
  readonly what: (typeof kinds)[number]
  readonly host: number
  readonly network: number
  readonly value: number
  /** Comes in one batch with the move before. */
  readonly joined: boolean
}

const kinds = [
  'register',
  'join',
  'join',
  'join',
  'leave',
  'connect',
  'disconnect',
  'expire',
  'renew',
  'endpoints',
  'endpoints',
  'update-host',
  'remove-host',
  'update-network',
  'domain',
  'remove-network',
] as const

const at = epochMs(1_700_000_000_000)
const hostNumbers = 5
const networkNumbers = 3

/**
 * Batches of events, in order, from an empty log on. Most hosts are there and in most networks from the beginning: two hosts that
 * see each other are where patches can go wrong.
 */
export const eventHistories = (): fc.Arbitrary<readonly (readonly MeshEvent[])[]> =>
  fc
    .record({
      absent: fc.subarray(placements, { maxLength: 6 }),
      moves: fc.array(
        fc.record<Move>({
          what: fc.constantFrom(...kinds),
          host: fc.nat(hostNumbers - 1),
          network: fc.nat(networkNumbers - 1),
          value: fc.nat(9),
          joined: fc.boolean(),
        }),
        { maxLength: 30, size: 'max' },
      ),
    })
    .map(({ absent, moves }) => {
      const registered = [0, 1, 2, 3].map(
        (host): Move => ({ what: 'register', host, network: 0, value: 9, joined: true }),
      )
      const joins = placements
        .filter((place) => !absent.includes(place))
        .map((place): Move => ({ ...place, what: 'join', value: 9, joined: false }))
      const batches: MeshEvent[][] = [opening()]
      let state = evolveAll(emptyMeshState(), opening())
      for (const move of [...registered, ...joins, ...moves]) {
        const events = eventsOf(state, move)
        state = evolveAll(state, events)
        if (move.joined) batches.at(-1)?.push(...events)
        else batches.push([...events])
      }
      return batches
    })

/** Hosts 0–3 in networks 0–2. */
const placements = [0, 1, 2, 3].flatMap((host) => [0, 1, 2].map((network) => ({ host, network })))

const opening = (): MeshEvent[] => [
  {
    type: 'MeshCreated',
    atEpochMs: at,
    meshId: meshId('m1'),
    name: 'mesh',
    domain: 'mesh.internal',
    controlRange4: ipPrefix('198.19.0.0/16'),
    controlRange6: ipPrefix('fd12:3456:789a::/48'),
    ephemeralGraceSeconds: 600,
  },
  ...[0, 1, 2].map(networkCreated),
]

const networkCreated = (index: number): MeshEvent => ({
  type: 'NetworkCreated',
  atEpochMs: at,
  networkId: networkId(`net${index}`),
  name: networkName(`net${index}`),
  range4: index === 1 ? null : ipPrefix(`10.${index}.0.0/24`),
  range6: index === 2 ? null : ipPrefix(`fd00:${index}::/64`),
  settings: {
    ...defaultNetworkSettings,
    keepaliveSeconds: 25,
    mtuBytes: 1420,
    joinApproval: 'automatic',
    clientDns: [],
  },
})

const key = (host: number, generation: number, lane: number): string =>
  encodeBase64(
    new Uint8Array(32)
      .fill(host + 1)
      .fill(generation + 1, 8, 16)
      .fill(lane, 16, 24),
    'standard',
  )

const eventsOf = (state: MeshState, move: Move): readonly MeshEvent[] => {
  // A removed host's id never comes back, so each generation has ids of its own.
  const generation = largeMapSize(state.indexes.retiredKeys) / 2
  const known = [...largeMapKeys(state.hosts)].sort()
  const id = known[move.host % Math.max(known.length, 1)]
  const host = id === undefined ? undefined : largeMapGet(state.hosts, id)
  const netId = networkId(`net${move.network}`)
  const network = largeMapGet(state.networks, netId)
  const nodeOfHost = host?.nodeIds
    .map((node) => largeMapGet(state.nodes, node))
    .find((node) => node?.networkId === netId)
  switch (move.what) {
    case 'register': {
      const fresh = hostId(`h${move.host}g${generation}`)
      if (largeMapHas(state.hosts, fresh) || known.length >= hostNumbers) return []
      return [
        {
          type: 'HostRegistered',
          atEpochMs: at,
          hostId: fresh,
          name: hostName(`h${move.host}`),
          system: { os: 'linux', osVersion: '12', arch: 'x64', agentVersion: '0' },
          listenPort: 51_821,
          mtuBytes: null,
          wireguardKey: wireguardPublicKey(key(move.host, generation, 1)),
          identityKey: identityPublicKey(key(move.host, generation, 2)),
          controlAddress4: lowestFreeAddress(state.indexes.controlPool4 as never) as Ipv4Address,
          controlAddress6: ipAddress(`fd12:3456:789a::${move.host + 1}:${generation + 1}`) as Ipv6Address,
          endpoints: [],
          localPrefixes: [],
          capabilities: [],
          enrolledFrom: move.value % 2 === 0 ? ipAddress(`203.0.113.${move.value}`) : null,
        },
      ]
    }
    case 'join':
      if (host === undefined || network === undefined || nodeOfHost !== undefined) return []
      return [
        {
          type: 'NodeJoined',
          atEpochMs: at,
          nodeId: nodeId(`n-${host.hostId}-${move.network}-${move.value}`),
          networkId: netId,
          hostId: host.hostId,
          name: hostName(`${host.hostId}`),
          address4: network.pool4 === null ? null : ((lowestFreeAddress(network.pool4) ?? null) as Ipv4Address | null),
          address6: network.pool6 === null ? null : ((lowestFreeAddress(network.pool6) ?? null) as Ipv6Address | null),
          approval: move.value < 2 ? 'pending' : 'approved',
          ephemeral: false,
          expiresAtEpochMs: null,
          enrollmentKeyId: null,
        },
      ]
    case 'leave':
      return nodeOfHost === undefined ? [] : [leave(nodeOfHost, 'removed')]
    case 'connect':
      return nodeOfHost === undefined
        ? []
        : [
            { type: 'NodeApproved', atEpochMs: at, nodeId: nodeOfHost.nodeId },
            { type: 'NodeConnected', atEpochMs: at, nodeId: nodeOfHost.nodeId },
          ]
    case 'disconnect':
      return nodeOfHost === undefined ? [] : [{ type: 'NodeDisconnected', atEpochMs: at, nodeId: nodeOfHost.nodeId }]
    case 'expire':
      return nodeOfHost === undefined ? [] : [{ type: 'NodeExpired', atEpochMs: at, nodeId: nodeOfHost.nodeId }]
    case 'renew':
      return nodeOfHost === undefined
        ? []
        : [{ type: 'NodeUpdated', atEpochMs: at, nodeId: nodeOfHost.nodeId, expiresAtEpochMs: null }]
    case 'endpoints':
      return host === undefined
        ? []
        : [
            {
              type: 'HostEndpointsChanged',
              atEpochMs: at,
              hostId: host.hostId,
              listenPort: 51_820 + (move.value % 3),
              endpoints: [
                { endpoint: udpEndpoint(`203.0.113.${move.value}:${51_820 + (move.value % 3)}`), origin: 'local' },
              ],
              localPrefixes: [],
            },
          ]
    case 'update-host':
      return host === undefined
        ? []
        : [
            {
              type: 'HostUpdated',
              atEpochMs: at,
              hostId: host.hostId,
              name: hostName(`h${move.value}`),
              system: host.system,
              listenPort: host.listenPort,
              mtuBytes: move.value < 5 ? null : 1300,
              capabilities: [],
            },
          ]
    case 'remove-host':
      if (host === undefined) return []
      return [
        ...host.nodeIds.flatMap((node) => {
          const found = largeMapGet(state.nodes, node)
          return found === undefined ? [] : [leave(found, 'host-removed')]
        }),
        { type: 'HostRemoved', atEpochMs: at, hostId: host.hostId },
      ]
    case 'update-network':
      return network === undefined
        ? []
        : [
            {
              type: 'NetworkUpdated',
              atEpochMs: at,
              networkId: netId,
              name: network.name,
              range4: network.range4,
              range6: network.range6,
              settings: { ...network.settings, keepaliveSeconds: move.value, mtuBytes: 1300 + (move.value % 2) },
            },
          ]
    case 'domain':
      return [
        {
          type: 'MeshSettingsUpdated',
          atEpochMs: at,
          name: 'mesh',
          domain: `d${move.value}.internal`,
          controlRange4: ipPrefix('198.19.0.0/16'),
          controlRange6: ipPrefix('fd12:3456:789a::/48'),
          ephemeralGraceSeconds: 600,
        },
      ]
    case 'remove-network': {
      if (network === undefined) return [networkCreated(move.network)]
      const nodes = [...largeMapKeys(network.nodeIds)].sort().flatMap((node) => largeMapGet(state.nodes, node) ?? [])
      return [
        ...nodes.map((node) => leave(node, 'network-removed')),
        { type: 'NetworkRemoved', atEpochMs: at, networkId: netId },
      ]
    }
  }
}

const leave = (
  node: {
    readonly nodeId: ReturnType<typeof nodeId>
    readonly networkId: ReturnType<typeof networkId>
    readonly hostId: ReturnType<typeof hostId>
  },
  cause: 'removed' | 'host-removed' | 'network-removed',
): MeshEvent => ({
  type: 'NodeLeft',
  atEpochMs: at,
  nodeId: node.nodeId,
  networkId: node.networkId,
  hostId: node.hostId,
  cause,
})
