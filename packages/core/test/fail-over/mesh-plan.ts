/** Small meshes made by hand, and each host's config in them. One network, everyone may talk to everyone. */

import {
  type ClientPeer,
  type Hop,
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
import { handMadeConfig, handMadePair, hop, sampleNetwork, sampleWireguardKey } from '../hand-made-config.js'

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
      probes: probesOf(plan, [wholeNetwork(plan, viewer, own)], routing, own),
    })
  const others = plan.hosts.filter((hostId) => hostId !== viewer)
  const peers = others.filter((hostId) => plan.relayed.get(hostId)?.includes(viewer) ?? true)
  const paths = [
    ...others.map((hostId) => nodePath(plan, viewer, hostId)),
    ...clientPaths(plan, viewer),
    ...usedEgresses(plan, viewer).map((egress) => egressPath(egress)),
    ...standbyPaths(plan, viewer),
  ]
  return handMadeConfig({
    viewer,
    peers,
    paths,
    pairs: [...plan.pairs.values()]
      .filter(({ ends, gateways }) => ends.includes(viewer) || gateways.includes(viewer))
      .map(({ ends, gateways }) => handMadePair(...ends, gateways))
      .sort((a, b) => (a.pairId < b.pairId ? -1 : 1)),
    clients: [...plan.clients].flatMap(([number, gateway]) => (gateway === viewer ? [clientPeer(number)] : [])),
    routing,
    probes: probesOf(plan, paths, routing, peers),
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
  prefixes: [meshRange, ...usedEgresses(plan, viewer).map(({ egressId }) => egressPrefix(egressId))],
  to: { kind: 'own-gateway', nodeId: hop(viewer).nodeId, gateways: gateways.map(hop) },
})

const clientPaths = (plan: MeshPlan, viewer: HostId): readonly Path[] =>
  [...plan.clients].flatMap(([number, gateway]) =>
    gateway === viewer
      ? []
      : [
          {
            key: pathKey('clients', hop(gateway).nodeId),
            networkId: sampleNetwork,
            prefixes: [only(clientAddress(number))],
            to: { kind: 'behind-node' as const, ...hop(gateway) },
          },
        ],
  )

export const clientPeer = (number: number): ClientPeer => ({
  clientId: clientId(`c${number}`),
  name: `c${number}` as never,
  wireguardKey: sampleWireguardKey,
  sets: [],
  prefixes: [only(clientAddress(number))],
})

/** What a host routes itself it doesn't use through others. */
const usedEgresses = (plan: MeshPlan, viewer: HostId): readonly EgressPlan[] =>
  plan.egresses.filter(({ routers }) => !routers.includes(viewer))

const egressPath = (egress: EgressPlan, kind = egress.kind, routers = routersInOrder(egress)): Path => ({
  key: pathKey('egress', egress.egressId),
  networkId: sampleNetwork,
  prefixes: [egressPrefix(egress.egressId)],
  to: {
    kind,
    egressId: egress.egressId,
    routers: routers.map(({ hostId, metric }) => ({ ...hop(hostId), metric })),
    fallbackToWider: true,
  },
})

/** What a gateway that routes as well takes from the routers before it, on the way to those that it relays. */
const standbyPaths = (plan: MeshPlan, viewer: HostId): readonly Path[] =>
  plan.egresses.flatMap((egress) => {
    const order = routersInOrder(egress)
    const at = order.findIndex(({ hostId }) => hostId === viewer)
    const before = order.slice(0, Math.max(0, at))
    return plan.gateways.includes(viewer) && before.length > 0 ? [egressPath(egress, 'routed', before)] : []
  })

/** By metric, then by id. All of a routed range have one of their own, the first two of a masqueraded one share theirs. */
export const routersInOrder = ({ kind, routers }: EgressPlan): readonly { hostId: HostId; metric: number }[] =>
  routers
    .map((hostId, at) => ({ hostId, metric: kind === 'routed' || at > 1 ? 10 * (at + 1) : 10 }))
    .sort((one, other) => one.metric - other.metric || (one.hostId < other.hostId ? -1 : 1))

const routingOf = (plan: MeshPlan, viewer: HostId): readonly RoutedEgress[] =>
  plan.egresses.flatMap((egress) => {
    const order = routersInOrder(egress).map(({ hostId }) => hostId)
    const at = order.indexOf(viewer)
    // A relayed router knows its gateways alone.
    const known = plan.relayed.get(viewer) ?? order
    const before = order.slice(0, at).filter((hostId) => known.includes(hostId))
    return at === -1 ? [] : [{ egressId: egress.egressId, ranges: [], before: before.map(hop), routers: [] }]
  })

/** Users of lists probe what is in them, routers those before them; direct peers alone, and no relayed routers. */
const probesOf = (
  plan: MeshPlan,
  paths: readonly Path[],
  routing: readonly RoutedEgress[],
  peers: readonly HostId[],
): readonly HostId[] => {
  const direct = (hops: readonly Hop[]) => hops.filter(({ hostId }) => !plan.relayed.has(hostId))
  const measured = ({ to }: Path): readonly Hop[] => {
    if (to.kind === 'pair' || to.kind === 'own-gateway') return to.gateways
    return (to.kind === 'leaving' || to.kind === 'routed') && to.routers.length > 1 ? direct(to.routers) : []
  }
  const lists = [...paths.map(measured), ...routing.map(({ before }) => direct(before))]
  const probes = lists.flatMap((hops) => hops.map(({ hostId }) => hostId).slice(0, 4))
  return [...new Set(probes)].filter((hostId) => peers.includes(hostId)).sort()
}

/** Who may relay whom, as a config says it: what is in each list, in whatever order. */
export const rolesIn = ({ paths, pairs }: HostConfig): string =>
  [
    ...pairs.map(({ pairId }) => `knows ${pairId}`),
    ...[...paths.values()].map(
      ({ key, to }) => `${key} ${to.kind} ${'gateways' in to ? to.gateways.map(({ hostId }) => hostId).sort() : ''}`,
    ),
  ]
    .sort()
    .join()
