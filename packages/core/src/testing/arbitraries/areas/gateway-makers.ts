import type { GatewayCommand } from '../../../mesh/commands/areas/gateway-commands.js'
import type { PathEvidence } from '../../../mesh/gateway-codecs.js'
import { largeMapGet, largeMapKeys, largeMapValues } from '../../../mesh/large-map.js'
import { type MeshState, type PairId, pairIdOf } from '../../../mesh/mesh-state.js'
import { type NodeId, nodeId } from '../../../values/index.js'
import { aboutNode, type CommandContext, someNode, someOf } from '../mesh-command-parts.js'
import type { CommandMakers } from './command-makers.js'

const someGateway = ({ draw, state }: CommandContext): NodeId =>
  someOf(draw, largeMapKeys(state.gateways), nodeId('no-gateway'))

/** Of the node's own network mostly: others are refused. */
const someGatewayFor = (context: CommandContext, node: NodeId): NodeId => {
  const { draw, state } = context
  const networkId = largeMapGet(state.nodes, node)?.networkId
  const own = [...largeMapValues(state.gateways)].filter(
    (gateway) => gateway.networkId === networkId && (gateway.nodeId !== node || draw.oneIn(20)),
  )
  return own.length === 0
    ? someGateway(context)
    : someOf(
        draw,
        own.map((gateway) => gateway.nodeId),
        nodeId('no-gateway'),
      )
}

const someGateways = (context: CommandContext, node: NodeId): readonly NodeId[] => {
  const list = Array.from({ length: 1 + context.draw.below(3) }, () => someGatewayFor(context, node))
  return context.draw.oneIn(20) ? list : [...new Set(list)]
}

/** Those that have it already, in another order at times. */
const sameGateways = ({ draw }: CommandContext, gatewayIds: readonly NodeId[]): readonly NodeId[] =>
  draw.oneIn(3) ? gatewayIds.slice(1) : [...gatewayIds].reverse()

const someRelayed = ({ draw, state }: CommandContext, mode?: 'auto'): NodeId =>
  someOf(
    draw,
    [...largeMapValues(state.nodes)]
      .filter(({ relay }) => relay !== null && (mode === undefined || relay.mode === mode))
      .map((node) => node.nodeId),
    nodeId('nobody'),
  )

const somePair = ({ draw, state }: CommandContext): PairId =>
  someOf(draw, largeMapKeys(state.autoRelays), pairIdOf(nodeId('nobody'), nodeId('somebody')))

/** Nodes that share a network with this one, mostly. */
const someNeighbour = (context: CommandContext, node: NodeId): NodeId => {
  const { draw, state } = context
  const networkId = largeMapGet(state.nodes, node)?.networkId
  const near = [...largeMapValues(state.nodes)].filter((each) => each.networkId === networkId && each.nodeId !== node)
  return draw.oneIn(10)
    ? someNode(context)
    : someOf(
        draw,
        near.map((each) => each.nodeId),
        nodeId('nobody'),
      )
}

const someNeighbours = (context: CommandContext, node: NodeId): readonly NodeId[] =>
  Array.from({ length: context.draw.below(3) }, () => someNeighbour(context, node))

const someEvidence = ({ draw }: CommandContext, gatewayIds: readonly NodeId[]): PathEvidence => ({
  handshakeAgeMs: draw.pick([null, 180_000]),
  missedProbes: draw.below(4),
  measured: gatewayIds.map((gatewayId) => ({
    gatewayId,
    roundTripMs: draw.pick([10, 0.5, null]),
    otherRoundTripMs: draw.pick([null, 20]),
  })),
})

const hasNode = (state: MeshState) => state.nodes.size > 0
const hasGateway = (state: MeshState) => state.gateways.size > 0
const hasPair = (state: MeshState) => state.autoRelays.size > 0
const hasRelayed = (state: MeshState) => [...largeMapValues(state.nodes)].some(({ relay }) => relay !== null)

export const randomGatewayCommands: CommandMakers<GatewayCommand> = {
  makers: {
    CreateGateway: (context) => {
      const about = aboutNode(context)
      const { draw } = context
      return {
        type: 'CreateGateway',
        ...about,
        ...(draw.oneIn(5) ? { autoRelay: false } : {}),
        ...(draw.oneIn(4) ? { internet: { connectNodeIds: someNeighbours(context, about.nodeId) } } : {}),
      }
    },
    UpdateGateway: (context) => ({
      type: 'UpdateGateway',
      atEpochMs: context.atEpochMs,
      nodeId: someGateway(context),
      autoRelay: !context.draw.oneIn(2),
    }),
    RemoveGateway: (context) => {
      const gateway = someGateway(context)
      return {
        type: 'RemoveGateway',
        atEpochMs: context.atEpochMs,
        nodeId: gateway,
        moveTo: context.draw.oneIn(2) ? someGatewayFor(context, gateway) : null,
        withoutTarget: context.draw.pick(['let-go', 'refuse']),
      }
    },
    AssignRelay: (context) => {
      const about = aboutNode(context)
      return { type: 'AssignRelay', ...about, gatewayIds: someGateways(context, about.nodeId) }
    },
    SetAutoGateway: (context) => ({ type: 'SetAutoGateway', ...aboutNode(context) }),
    UnassignRelay: (context) => ({
      type: 'UnassignRelay',
      atEpochMs: context.atEpochMs,
      nodeId: someRelayed(context),
    }),
    ReportRelayVector: (context) => {
      const node = someRelayed(context)
      const listed = largeMapGet(context.state.nodes, node)?.relay?.gatewayIds ?? []
      const gatewayIds = context.draw.oneIn(10) ? someGateways(context, node) : sameGateways(context, listed)
      return {
        type: 'ReportRelayVector',
        atEpochMs: context.atEpochMs,
        nodeId: node,
        gatewayIds,
        sequence: Math.max(0, context.atEpochMs - context.draw.below(2) * 60_000),
        evidence: someEvidence(context, gatewayIds),
      }
    },
    RankGateways: (context) => {
      const node = someRelayed(context, 'auto')
      const listed = largeMapGet(context.state.nodes, node)?.relay?.gatewayIds ?? []
      const gatewayIds =
        listed.length === 0 || context.draw.oneIn(3) ? someGateways(context, node) : [...listed].reverse()
      return {
        type: 'RankGateways',
        atEpochMs: context.atEpochMs,
        nodeId: node,
        gatewayIds,
        evidence: someEvidence(context, gatewayIds),
      }
    },
    EngageAutoRelay: (context) => {
      const oneNodeId = someNode(context)
      const gatewayIds = someGateways(context, oneNodeId)
      return {
        type: 'EngageAutoRelay',
        atEpochMs: context.atEpochMs,
        oneNodeId,
        otherNodeId: someNeighbour(context, oneNodeId),
        gatewayIds,
        evidence: someEvidence(context, gatewayIds),
      }
    },
    MoveAutoRelay: (context) => {
      const pairId = somePair(context)
      const gatewayIds = sameGateways(context, largeMapGet(context.state.autoRelays, pairId)?.gatewayIds ?? [])
      return {
        type: 'MoveAutoRelay',
        atEpochMs: context.atEpochMs,
        pairId,
        gatewayIds,
        sequence: Math.max(0, context.atEpochMs - context.draw.below(2) * 60_000),
        evidence: someEvidence(context, gatewayIds),
      }
    },
    ReleaseAutoRelay: (context) => ({
      type: 'ReleaseAutoRelay',
      atEpochMs: context.atEpochMs,
      pairId: somePair(context),
      cause: context.draw.pick(['direct', 'command']),
      evidence: context.draw.oneIn(2) ? null : someEvidence(context, []),
    }),
    EnableInternetGateway: (context) => {
      const gateway = someGateway(context)
      return {
        type: 'EnableInternetGateway',
        atEpochMs: context.atEpochMs,
        nodeId: gateway,
        connectNodeIds: someNeighbours(context, gateway),
      }
    },
    UpdateInternetGateway: (context) => {
      const gateway = someGateway(context)
      return {
        type: 'UpdateInternetGateway',
        atEpochMs: context.atEpochMs,
        nodeId: gateway,
        connectNodeIds: someNeighbours(context, gateway),
        disconnectNodeIds: someNeighbours(context, gateway),
      }
    },
    DisableInternetGateway: (context) => ({
      type: 'DisableInternetGateway',
      atEpochMs: context.atEpochMs,
      nodeId: someGateway(context),
    }),
    SetRouteAllTraffic: (context) => ({
      type: 'SetRouteAllTraffic',
      atEpochMs: context.atEpochMs,
      nodeId: context.draw.oneIn(10) ? someNode(context) : someRelayed(context),
      routeAllTraffic: !context.draw.oneIn(4),
    }),
    UpdateNodeTraits: (context) => ({
      type: 'UpdateNodeTraits',
      ...aboutNode(context),
      ...(context.draw.oneIn(2) ? { tunnel: { whenGatewayGone: context.draw.pick(['block', 'allow']) } } : {}),
      ...(context.draw.oneIn(2) ? { autoRelay: context.draw.pick(['allowed', 'never']) } : {}),
      ...(context.draw.oneIn(2) ? { ownLan: context.draw.pick(['own', 'mesh']) } : {}),
    }),
  },
  weights: {
    CreateGateway: [10, hasNode],
    UpdateGateway: [2, hasGateway],
    RemoveGateway: [3, hasGateway],
    AssignRelay: [9, hasGateway],
    SetAutoGateway: [6, hasNode],
    UnassignRelay: [1, hasRelayed],
    ReportRelayVector: [3, hasRelayed],
    RankGateways: [3, hasRelayed],
    EngageAutoRelay: [6, hasGateway],
    MoveAutoRelay: [2, hasPair],
    ReleaseAutoRelay: [1, hasPair],
    EnableInternetGateway: [5, hasGateway],
    UpdateInternetGateway: [4, hasGateway],
    DisableInternetGateway: [2, hasGateway],
    SetRouteAllTraffic: [6, hasRelayed],
    UpdateNodeTraits: [2, hasNode],
  },
}
