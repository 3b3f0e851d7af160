/** Observations drawn at random about a mesh: mostly such as its agents could make, some that nobody should believe. */
import { largeMapGet, largeMapKeys, largeMapValues } from '../src/mesh/large-map.js'
import type { MeshState, Node } from '../src/mesh/mesh-state.js'
import type { GatewayFigure } from '../src/protocol/observation.js'
import type { Draw } from '../src/testing/arbitraries/draw.js'
import { egressId, hostId, type NodeId, nodeId } from '../src/values/index.js'
import type { Seen } from './reaction-world.js'

interface Drawing {
  readonly draw: Draw
  readonly state: MeshState
  /** Rises, as a clock does. */
  readonly sequence: number
}

const noNode = nodeId('no-node')

const someNode = ({ draw, state }: Drawing): Node | undefined => {
  const ids = [...largeMapKeys(state.nodes)].sort()
  return largeMapGet(state.nodes, ids[draw.below(Math.max(1, ids.length))] ?? noNode)
}

const gatewaysAround = ({ state }: Drawing, node: Node | undefined): readonly NodeId[] =>
  [...largeMapValues(state.gateways)]
    .filter(({ networkId }) => networkId === node?.networkId)
    .map((gateway) => gateway.nodeId)
    .sort()

const someRoundTrip = ({ draw }: Drawing): number | null => draw.pick([20, 25, 40, 90, 0.5, null, null])

const figuresOf = (drawing: Drawing, gatewayIds: readonly NodeId[]): readonly GatewayFigure[] =>
  gatewayIds.map((gatewayId) => ({
    gatewayId,
    roundTripMs: someRoundTrip(drawing),
    lossPercent: drawing.draw.pick([0, 0, 3, 100]),
    missedProbes: drawing.draw.below(4),
    handshakeAgeMs: drawing.draw.pick([1000, null]),
  }))

const shuffled = <A>({ draw }: Drawing, items: readonly A[]): readonly A[] =>
  draw.oneIn(2) ? items : draw.oneIn(2) ? [...items].reverse() : items.slice(1)

const makers: readonly ((drawing: Drawing, node: Node) => Seen)[] = [
  ({ draw }, { hostId }) => ({ type: 'presence-seen', hostId, isConnected: !draw.oneIn(3) }),
  (drawing, node) => ({
    type: 'gateways-measured',
    hostId: node.hostId,
    figures: figuresOf(drawing, drawing.draw.oneIn(5) ? gatewaysAround(drawing, node) : (node.relay?.gatewayIds ?? [])),
  }),
  (drawing, node) => ({
    type: 'vector-told',
    hostId: node.hostId,
    sequence: Math.max(0, drawing.sequence - drawing.draw.below(2) * 50_000),
    gatewayIds: shuffled(
      drawing,
      drawing.draw.oneIn(4) ? gatewaysAround(drawing, node) : (node.relay?.gatewayIds ?? []),
    ),
    figures: figuresOf(drawing, node.relay?.gatewayIds ?? []),
  }),
  (drawing, node) => ({
    type: 'pair-unreachable',
    hostId: node.hostId,
    nodeId: node.nodeId,
    otherNodeId: someNode(drawing)?.nodeId ?? noNode,
    failure: drawing.draw.oneIn(2)
      ? { kind: 'never-connected', tryingForMs: drawing.draw.pick([10_000, 9000]) }
      : { kind: 'broken', unansweredForMs: 20_000, missedProbes: 3, handshakeAgeMs: 60_000 },
  }),
  (drawing, node) => ({
    type: 'ranges-served',
    hostId: node.hostId,
    servedEgressIds: node.egressIds,
    unservable: drawing.draw.oneIn(2) ? [{ egressId: egressId('egress-1'), reason: 'no-route' }] : [],
  }),
  (drawing, node) => ({
    type: 'endpoints-reached',
    hostId: node.hostId,
    reached: [someNode(drawing)?.hostId ?? hostId('nobody'), hostId('host-1')].flatMap((other) =>
      (largeMapGet(drawing.state.hosts, other)?.endpoints ?? []).map(({ endpoint }) => ({ hostId: other, endpoint })),
    ),
  }),
]

/** What one host sees. */
const somethingSeen = (drawing: Drawing): readonly Seen[] => {
  const { draw } = drawing
  const node = someNode(drawing)
  if (node === undefined) return []
  const seen = makers[draw.below(makers.length)]?.(drawing, node)
  if (seen === undefined) return []
  const believable = { ...seen, hostId: draw.oneIn(20) ? hostId('host-1') : seen.hostId } as Seen
  return seen.type === 'pair-unreachable'
    ? [believable, ...answers(drawing, seen.nodeId, seen.otherNodeId)]
    : [believable]
}

/** Both ends answer what they are asked at once, most of the time. */
const answers = (drawing: Drawing, one: NodeId, other: NodeId): readonly Seen[] =>
  [[one, other] as const, [other, one] as const].flatMap(([nodeId, otherNodeId]): readonly Seen[] => {
    const node = largeMapGet(drawing.state.nodes, nodeId)
    if (node === undefined || drawing.draw.oneIn(6)) return []
    const probed = gatewaysAround(drawing, node)
      .slice(0, 4)
      .map((gatewayId) => ({ gatewayId, roundTripMs: someRoundTrip(drawing) }))
    return [{ type: 'relays-probed', hostId: node.hostId, nodeId, otherNodeId, probed }]
  })

/** What one end of a relayed pair says of it. */
const somethingOfPair = (drawing: Drawing): readonly Seen[] => {
  const { draw, state, sequence } = drawing
  const pairs = [...largeMapValues(state.autoRelays)].sort((a, b) => (a.pairId < b.pairId ? -1 : 1))
  const pair = pairs[draw.below(Math.max(1, pairs.length))]
  if (pair === undefined) return []
  const speaker = largeMapGet(state.nodes, pair.nodeIds[draw.oneIn(4) ? 1 : 0])
  if (speaker === undefined) return []
  const { pairId } = pair
  const { hostId } = speaker
  if (draw.oneIn(3))
    return [
      {
        type: 'pair-direct',
        hostId,
        pairId,
        ownEchoAgeMs: 100,
        otherEchoAgeMs: draw.pick([90, null]),
        handshakeAgeMs: 5,
      },
    ]
  const gatewayIds = shuffled(drawing, pair.gatewayIds)
  const otherRoundTrips = gatewayIds.map((gatewayId) => ({ gatewayId, roundTripMs: 12 }))
  return [
    {
      type: 'pair-moved',
      hostId,
      pairId,
      gatewayIds,
      sequence,
      figures: figuresOf(drawing, gatewayIds),
      otherRoundTrips,
    },
  ]
}

/** Up to a handful of observations at one time. */
export const someObservations = (drawing: Drawing): readonly Seen[] =>
  Array.from({ length: 1 + drawing.draw.below(5) }, () =>
    drawing.draw.oneIn(3) ? somethingOfPair(drawing) : somethingSeen(drawing),
  ).flat()
