/** Small meshes made by hand, and each host's config in them. One network, everyone may talk to everyone. */

import type { RelayedPair } from '../../src/host-config/forwards-for.js'
import {
  type ClientPeer,
  type HostConfig,
  type Path,
  type PathTarget,
  pathKey,
  type RoutedEgress,
} from '../../src/host-config/host-config.js'
import { pairIdOf } from '../../src/mesh/mesh-state.js'
import {
  clientId,
  type EgressId,
  type HostId,
  type IpAddress,
  type IpPrefix,
  ipAddress,
  ipPrefix,
} from '../../src/values/index.js'
import { handMadeConfig, hop, sampleNetwork, sampleWireguardKey } from '../hand-made-config.js'

/** What the server has decided. Values are replaced, never changed. */
export interface MeshPlan {
  readonly hosts: readonly HostId[]
  /** Those that may relay. */
  readonly gateways: readonly HostId[]
  /** Configured lists of relayed hosts. */
  readonly relayed: ReadonlyMap<HostId, readonly HostId[]>
  readonly pairs: ReadonlyMap<string, PairPlan>
  readonly egresses: readonly EgressPlan[]
  /** The gateway of each client. */
  readonly clients: ReadonlyMap<number, HostId>
}

export interface PairPlan {
  readonly ends: readonly [HostId, HostId]
  readonly gateways: readonly HostId[]
}

export interface EgressPlan {
  readonly egressId: EgressId
  readonly kind: 'leaving' | 'routed'
  readonly routers: readonly HostId[]
}

export const meshRange = ipPrefix('10.0.0.0/24')
const numbers = new Map<HostId, number>()
/** Hosts are called `h<number>`. */
const numberOf = (hostId: HostId): number => {
  const known = numbers.get(hostId) ?? Number(hostId.slice(1))
  numbers.set(hostId, known)
  return known
}
export const addressOf = (hostId: HostId): IpAddress => literalAddress(`10.0.0.${numberOf(hostId) + 1}`)
export const clientAddress = (number: number): IpAddress => literalAddress(`10.0.0.${number + 100}`)
export const egressPrefix = (egressId: EgressId): IpPrefix => ipPrefix(`172.16.${egressId.slice(1)}.0/24`)
export const egressAddress = (egressId: EgressId): IpAddress => literalAddress(`172.16.${egressId.slice(1)}.1`)
const addresses = new Map<string, IpAddress>()
const literalAddress = (text: string): IpAddress => {
  const address = addresses.get(text) ?? ipAddress(text)
  addresses.set(text, address)
  return address
}
const only = (address: IpAddress): IpPrefix => `${address}/32` as IpPrefix

export const pairName = (a: HostId, b: HostId): string => (a < b ? `${a}+${b}` : `${b}+${a}`)
export const pairBetween = (plan: MeshPlan, a: HostId, b: HostId): PairPlan | undefined =>
  plan.pairs.get(pairName(a, b))

export const configOf = (plan: MeshPlan, viewer: HostId): HostConfig => {
  const own = plan.relayed.get(viewer)
  const routing = routingOf(plan, viewer)
  if (own !== undefined)
    return handMadeConfig({
      viewer,
      peers: own,
      paths: [wholeNetwork(plan, viewer, own)],
      routing,
      probes: own.slice(0, 4),
    })
  const others = plan.hosts.filter((hostId) => hostId !== viewer)
  const paths = [
    ...others.map((hostId) => nodePath(plan, viewer, hostId)),
    ...clientPaths(plan, viewer),
    ...plan.egresses.filter(({ routers }) => !routers.includes(viewer)).map(egressPath),
  ]
  return handMadeConfig({
    viewer,
    peers: others.filter((hostId) => plan.relayed.get(hostId)?.includes(viewer) ?? true),
    paths,
    clients: [...plan.clients].flatMap(([number, gateway]) => (gateway === viewer ? [clientPeer(number)] : [])),
    routing,
    probes: probesOf(viewer, paths, routing),
  })
}

const nodePath = (plan: MeshPlan, viewer: HostId, hostId: HostId): Path => ({
  key: pathKey('node', hop(hostId).nodeId),
  networkId: sampleNetwork,
  prefixes: [only(addressOf(hostId))],
  to: nodeTarget(plan, viewer, hostId),
})

const nodeTarget = (plan: MeshPlan, viewer: HostId, hostId: HostId): PathTarget => {
  const gateways = plan.relayed.get(hostId)
  if (gateways !== undefined)
    return { kind: 'relayed', ...hop(hostId), gateways: gateways.map(hop), isAttached: gateways.includes(viewer) }
  const pair = pairBetween(plan, viewer, hostId)
  if (pair === undefined) return { kind: 'direct', ...hop(hostId) }
  return {
    kind: 'pair',
    pairId: pairIdOf(hop(viewer).nodeId, hop(hostId).nodeId),
    ...hop(hostId),
    owner: pair.ends[0],
    gateways: pair.gateways.map(hop),
  }
}

const wholeNetwork = (plan: MeshPlan, viewer: HostId, gateways: readonly HostId[]): Path => ({
  key: pathKey('network', sampleNetwork),
  networkId: sampleNetwork,
  prefixes: [meshRange, ...plan.egresses.map(({ egressId }) => egressPrefix(egressId))],
  to: { kind: 'own-gateway', nodeId: hop(viewer).nodeId, gateways: gateways.map(hop) },
})

const clientPaths = (plan: MeshPlan, viewer: HostId): readonly Path[] =>
  [...plan.clients].flatMap(([number, gateway]) =>
    gateway === viewer
      ? []
      : [
          {
            key: pathKey('clients', `${number}`),
            networkId: sampleNetwork,
            prefixes: [only(clientAddress(number))],
            to: { kind: 'behind-node' as const, ...hop(gateway) },
          },
        ],
  )

const clientPeer = (number: number): ClientPeer => ({
  clientId: clientId(`c${number}`),
  name: `c${number}` as never,
  wireguardKey: sampleWireguardKey,
  sets: [],
  prefixes: [only(clientAddress(number))],
})

const egressPath = ({ egressId, kind, routers }: EgressPlan): Path => ({
  key: pathKey('egress', egressId),
  networkId: sampleNetwork,
  prefixes: [egressPrefix(egressId)],
  to: { kind, egressId, routers: routers.map((hostId) => ({ ...hop(hostId), metric: 10 })), fallbackToWider: true },
})

const routingOf = (plan: MeshPlan, viewer: HostId): readonly RoutedEgress[] =>
  plan.egresses.flatMap(({ egressId, kind, routers }) =>
    kind === 'routed' && routers.includes(viewer)
      ? [{ egressId, before: routers.slice(0, routers.indexOf(viewer)).map(hop), routers: [] }]
      : [],
  )

/** Users of lists, and routers of those before them. */
const probesOf = (viewer: HostId, paths: readonly Path[], routing: readonly RoutedEgress[]): readonly HostId[] => {
  const probes = new Set<HostId>()
  for (const { to } of paths) {
    if (to.kind === 'pair') for (const { hostId } of to.gateways.slice(0, 4)) probes.add(hostId)
    if ((to.kind === 'leaving' || to.kind === 'routed') && to.routers.length > 1)
      for (const { hostId } of to.routers.slice(0, 4)) probes.add(hostId)
  }
  for (const { before } of routing) for (const { hostId } of before) probes.add(hostId)
  probes.delete(viewer)
  return [...probes].sort()
}

/** Pairs that this host may relay. */
export const relayedPairsOf = (plan: MeshPlan, viewer: HostId): readonly RelayedPair[] =>
  [...plan.pairs.values()].flatMap(({ ends: [a, b], gateways }) =>
    gateways.includes(viewer)
      ? [
          {
            pairId: pairIdOf(hop(a).nodeId, hop(b).nodeId),
            ends: [hop(a), hop(b)] as const,
            gatewayId: hop(viewer).nodeId,
          },
        ]
      : [],
  )
