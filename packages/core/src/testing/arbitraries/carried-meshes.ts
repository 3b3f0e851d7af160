/**
 * Histories of one network with everything that carries traffic for others: gateways, relayed nodes, pairs that use a relay, clients,
 * egresses, internet gateways, and policies over tags. As events that fit each other, a batch a step: where rules would refuse,
 * nothing is drawn.
 */
import fc from 'fast-check'
import { evolveAll } from '../../mesh/evolve.js'
import { largeMapGet, largeMapHas, largeMapKeys, largeMapValues } from '../../mesh/large-map.js'
import type { MeshEvent } from '../../mesh/mesh-event.js'
import { emptyMeshState, type MeshState, type Node, pairIdOf } from '../../mesh/mesh-state.js'
import {
  type ClientId,
  clientId,
  type EgressId,
  egressId,
  epochMs,
  hostCapabilities,
  hostName,
  ipPrefix,
  type NetworkId,
  type NodeId,
  networkId,
  policyId,
  tagName,
} from '../../values/index.js'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../sample-mesh.js'
import { type Draw, drawFrom } from './draw.js'

const hosts = [1, 2, 3, 4, 5, 6]
const net: NetworkId = networkId('net-1')
const at = epochMs(sampleTime + 1)

const beginning: readonly MeshEvent[] = eventsOf(
  sampleCreateMesh(),
  sampleCreateNetwork(1),
  ...hosts.map((n) => sampleRegisterHost(n, { capabilities: hostCapabilities })),
  ...hosts.map((n) => sampleJoinNetwork(1, n)),
)

/** Batches of events; the first makes the mesh. */
export const carriedMeshes = (maxSteps = 40): fc.Arbitrary<readonly (readonly MeshEvent[])[]> =>
  fc
    .array(fc.array(fc.nat(0xffff), { minLength: 10, maxLength: 10 }), { maxLength: maxSteps, size: 'max' })
    .map((steps) => {
      let state = evolveAll(emptyMeshState(), beginning)
      const batches: (readonly MeshEvent[])[] = [beginning]
      for (const [serial, numbers] of steps.entries()) {
        const batch = stepOf({ draw: drawFrom(numbers), state, serial })
        if (batch.length === 0) continue
        batches.push(batch)
        state = evolveAll(state, batch)
      }
      return batches
    })

interface Step {
  readonly draw: Draw
  readonly state: MeshState
  readonly serial: number
}

const stepOf = (step: Step): readonly MeshEvent[] =>
  step.draw.pick([
    gatewayComes,
    relayAssigned,
    gatewayComes,
    relayAssigned,
    clientComes,
    pairEngaged,
    egressComes,
    tagAssigned,
    policyComes,
    relayEnds,
    relayMoves,
    pairEnds,
    gatewayGoes,
    clientGoes,
    egressGoes,
    nodeTurns,
    defaultTurns,
    internetTurns,
  ])(step)

const nodesOf = (state: MeshState): readonly Node[] =>
  [...largeMapValues(state.nodes)].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1))

const one = <A>(draw: Draw, items: readonly A[]): A | undefined => {
  const [first, ...others] = items
  return first === undefined ? undefined : draw.pick([first, ...others])
}

const isGateway = (state: MeshState, nodeId: NodeId): boolean => largeMapHas(state.gateways, nodeId)
const isPlain = (state: MeshState, node: Node): boolean =>
  node.relay === null && !isGateway(state, node.nodeId) && node.pairIds.length === 0
const gatewaysOf = (state: MeshState): readonly NodeId[] => [...largeMapKeys(state.gateways)].sort()

const someGateways = ({ draw, state }: Step): readonly NodeId[] => {
  const gateways = gatewaysOf(state)
  const first = one(draw, gateways)
  const second = one(draw, gateways)
  if (first === undefined) return []
  return second === undefined || second === first || draw.oneIn(2) ? [first] : [first, second]
}

const gatewayComes = ({ draw, state }: Step): readonly MeshEvent[] => {
  const node = one(
    draw,
    nodesOf(state).filter((each) => isPlain(state, each)),
  )
  if (node === undefined) return []
  const { nodeId, networkId: network, hostId } = node
  return [
    {
      type: 'GatewayCreated',
      atEpochMs: at,
      nodeId,
      networkId: network,
      hostId,
      autoRelay: true,
      endpointProof: 'declared',
    },
  ]
}

const gatewayGoes = ({ draw, state }: Step): readonly MeshEvent[] => {
  const free = [...largeMapValues(state.gateways)].filter(
    ({ relayedNodeIds, pairIds, clientIds }) => relayedNodeIds.size + pairIds.size + clientIds.size === 0,
  )
  const gateway = one(draw, free)
  return gateway === undefined
    ? []
    : [{ type: 'GatewayRemoved', atEpochMs: at, nodeId: gateway.nodeId, networkId: net, cause: 'command' }]
}

const relayAssigned = (step: Step): readonly MeshEvent[] => {
  const { draw, state } = step
  const node = one(
    draw,
    nodesOf(state).filter((each) => isPlain(state, each)),
  )
  const gatewayIds = someGateways(step)
  if (node === undefined || gatewayIds.length === 0) return []
  return [{ type: 'RelayAssigned', atEpochMs: at, nodeId: node.nodeId, mode: 'manual', gatewayIds, cause: 'command' }]
}

const relayMoves = ({ draw, state }: Step): readonly MeshEvent[] => {
  const node = one(
    draw,
    nodesOf(state).filter(({ relay }) => (relay?.gatewayIds.length ?? 0) > 1),
  )
  if (node?.relay == null) return []
  const gatewayIds = [...node.relay.gatewayIds].reverse()
  const { nodeId } = node
  return [{ type: 'RelayMoved', atEpochMs: at, nodeId, gatewayIds, sequence: 1, cause: 'selection', evidence: null }]
}

const relayEnds = ({ draw, state }: Step): readonly MeshEvent[] => {
  const node = one(
    draw,
    nodesOf(state).filter(({ relay, routeAllTraffic }) => relay !== null && !routeAllTraffic),
  )
  return node === undefined ? [] : [{ type: 'RelayUnassigned', atEpochMs: at, nodeId: node.nodeId, cause: 'command' }]
}

const pairEngaged = (step: Step): readonly MeshEvent[] => {
  const { draw, state } = step
  const plain = nodesOf(state).filter((node) => node.relay === null && !isGateway(state, node.nodeId))
  const [a, b] = [one(draw, plain), one(draw, plain)]
  const gatewayIds = someGateways(step)
  if (a === undefined || b === undefined || a === b || gatewayIds.length === 0) return []
  if (largeMapHas(state.autoRelays, pairIdOf(a.nodeId, b.nodeId))) return []
  const nodeIds = a.hostId < b.hostId ? ([a.nodeId, b.nodeId] as const) : ([b.nodeId, a.nodeId] as const)
  const evidence = { handshakeAgeMs: null, missedProbes: 3, measured: [] }
  return [{ type: 'AutoRelayEngaged', atEpochMs: at, nodeIds: [...nodeIds], gatewayIds, evidence }]
}

const pairEnds = ({ draw, state }: Step): readonly MeshEvent[] => {
  const pairId = one(draw, [...largeMapKeys(state.autoRelays)].sort())
  return pairId === undefined
    ? []
    : [{ type: 'AutoRelayReleased', atEpochMs: at, pairId, cause: 'direct', evidence: null }]
}

const clientComes = ({ draw, state, serial }: Step): readonly MeshEvent[] => {
  const gatewayId = one(draw, gatewaysOf(state))
  if (gatewayId === undefined) return []
  const number = 200 - serial
  return [
    {
      type: 'ClientAdded',
      atEpochMs: at,
      clientId: clientId(`client-${serial}`),
      networkId: net,
      gatewayId,
      name: hostName(`phone-${serial}`),
      publicKey: sampleRegisterHost(100 + serial).wireguardKey,
      addresses: [ipPrefix(`10.1.0.${number}/32`)],
      additionalAddresses: draw.oneIn(3) ? [ipPrefix(`172.16.${serial}.1/32`)] : [],
      prefixesBehind: draw.oneIn(3) ? [ipPrefix(`172.17.${serial}.0/24`)] : [],
      dns: null,
      postUp: [],
      postDown: [],
      fullTunnel: false,
      ownerUserId: null,
      keyVaulted: false,
      deviceId: null,
    },
  ]
}

const clientGoes = ({ draw, state }: Step): readonly MeshEvent[] => {
  const id: ClientId | undefined = one(draw, [...largeMapKeys(state.clients)].sort())
  return id === undefined
    ? []
    : [{ type: 'ClientRemoved', atEpochMs: at, clientId: id, networkId: net, cause: 'removed' }]
}

const egressComes = ({ draw, state, serial }: Step): readonly MeshEvent[] => {
  const first = one(draw, nodesOf(state))
  const second = one(draw, nodesOf(state))
  if (first === undefined) return []
  const routers = [{ nodeId: first.nodeId, metric: 10, interfaceName: null }]
  if (second !== undefined && second !== first) routers.push({ nodeId: second.nodeId, metric: 20, interfaceName: null })
  return [
    {
      type: 'EgressAdded',
      atEpochMs: at,
      egressId: egressId(`egress-${serial}`),
      networkId: net,
      name: `Office ${serial}`,
      ranges: [ipPrefix(`192.168.${serial}.0/24`)],
      virtualRanges: draw.oneIn(4) ? [ipPrefix(`100.64.${serial}.0/24`)] : null,
      routers,
      nat: draw.oneIn(2),
      returnRoute: 'external',
      restricted: draw.oneIn(3),
      fallbackToWider: true,
    },
  ]
}

const egressGoes = ({ draw, state }: Step): readonly MeshEvent[] => {
  const id: EgressId | undefined = one(draw, [...largeMapKeys(state.egresses)].sort())
  return id === undefined
    ? []
    : [{ type: 'EgressRemoved', atEpochMs: at, egressId: id, networkId: net, cause: 'removed' }]
}

const tags = [tagName('red'), tagName('blue')] as const

const tagAssigned = ({ draw, state }: Step): readonly MeshEvent[] => {
  const members = [...nodesOf(state).map(({ nodeId, tags: own }) => ({ id: nodeId, own }))]
  const member = one(draw, members)
  const tag = draw.pick([...tags])
  return member === undefined || member.own.includes(tag)
    ? []
    : [{ type: 'TagAssigned', atEpochMs: at, networkId: net, memberId: member.id, tag }]
}

const policyComes = ({ draw, state, serial }: Step): readonly MeshEvent[] => {
  const egress = one(draw, [...largeMapKeys(state.egresses)].sort())
  const client = one(draw, [...largeMapKeys(state.clients)].sort())
  const [red, blue] = tags
  return [
    {
      type: 'PolicyAdded',
      atEpochMs: at,
      policyId: policyId(`policy-${serial}`),
      networkId: net,
      name: `Policy ${serial}`,
      enabled: true,
      sources: [draw.pick([{ kind: 'tag', tag: red } as const, { kind: 'everyone' } as const])],
      destinations: [
        draw.pick([
          { kind: 'tag', tag: blue } as const,
          egress === undefined ? ({ kind: 'tag', tag: red } as const) : ({ kind: 'egress', egressId: egress } as const),
          client === undefined
            ? ({ kind: 'tag', tag: blue } as const)
            : ({ kind: 'client', clientId: client } as const),
        ]),
      ],
      traffic: draw.oneIn(2) ? [{ protocol: 'any' }] : [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
      direction: draw.pick(['one-way', 'both'] as const),
    },
  ]
}

const nodeTurns = ({ draw, state }: Step): readonly MeshEvent[] => {
  const node = one(draw, nodesOf(state))
  if (node === undefined) return []
  const { nodeId } = node
  return [{ type: node.connected ? 'NodeDisconnected' : 'NodeConnected', atEpochMs: at, nodeId }]
}

const defaultTurns = ({ state }: Step): readonly MeshEvent[] => {
  const everyoneAllowed = largeMapGet(state.networks, net)?.everyoneAllowed ?? true
  return [{ type: 'DefaultPolicySwitched', atEpochMs: at, networkId: net, everyoneAllowed: !everyoneAllowed }]
}

const internetTurns = ({ draw, state }: Step): readonly MeshEvent[] => {
  const gatewayId = one(draw, gatewaysOf(state))
  if (gatewayId === undefined) return []
  return largeMapGet(state.gateways, gatewayId)?.internet === true
    ? [{ type: 'InternetGatewayDisabled', atEpochMs: at, nodeId: gatewayId, cause: 'command' }]
    : [{ type: 'InternetGatewayEnabled', atEpochMs: at, nodeId: gatewayId }]
}
