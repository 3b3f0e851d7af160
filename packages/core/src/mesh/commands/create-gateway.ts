import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { connectedNodeIdsCodec } from '../gateway-codecs.js'
import { canForward } from '../gateway-queries.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Gateway, Host, Node } from '../mesh-state.js'
import { takesPart } from '../takes-part.js'
import { welcomeGateway } from './auto-gateways.js'
import { commandCodec, partialCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { endpointProofOf } from './gateway-target-rules.js'
import { connectNodes, isConnected } from './internet-connections.js'
import { enableInternet } from './internet-gateway-rules.js'
import { gatewayBehindProblem } from './internet-use-rules.js'
import { releasePairsOf } from './pair-releases.js'
import { unfoldFrom } from './unfolding.js'

/** Make a node a gateway (B1, B2), and an internet gateway with nodes connected to it in the same breath (D7). */
export type CreateGateway = t.TypeOf<typeof createGatewayCodec>

export const createGatewayCodec = commandCodec(
  'CreateGateway',
  { nodeId: nodeIdCodec },
  {
    /** On when left out. */
    autoRelay: t.boolean,
    /** Left out: no internet gateway. */
    internet: partialCodec('an internet gateway', { connectNodeIds: connectedNodeIdsCodec }),
  },
)

export const decideCreateGateway = (command: CreateGateway, state: ExistingMesh): Decision => {
  const { nodeId, atEpochMs, autoRelay = true, internet } = command
  const node = largeMapGet(state.nodes, nodeId)
  const host = node === undefined ? undefined : largeMapGet(state.hosts, node.hostId)
  const network = node === undefined ? undefined : largeMapGet(state.networks, node.networkId)
  if (node === undefined || host === undefined || network === undefined) return refuse({ code: 'node-unknown', nodeId })
  const present = largeMapGet(state.gateways, nodeId)
  if (present !== undefined) return decideForPresent(command, state, present, node)
  const endpointProof = endpointProofOf(host, network)
  if (endpointProof === undefined)
    return refuse({ code: 'gateway-needs-public-endpoint', hostName: host.name, networkName: network.name })
  const problem = nodeProblem(node, host) ?? gatewayBehindProblem(state, host, { isGateway: true, joining: [] })
  if (problem !== undefined) return refuse(problem)
  const unfolding = unfoldFrom(state)
  releasePairsOf(unfolding, nodeId, 'end-is-gateway', atEpochMs)
  const { networkId, hostId } = node
  unfolding.emit({ type: 'GatewayCreated', atEpochMs, nodeId, networkId, hostId, autoRelay, endpointProof })
  welcomeGateway(unfolding, nodeId, atEpochMs)
  if (internet === undefined) return E.right(unfolding.events())
  const refused =
    enableInternet(unfolding, nodeId, atEpochMs) ??
    connectNodes(unfolding, nodeId, internet.connectNodeIds ?? [], atEpochMs)
  return refused === undefined ? E.right(unfolding.events()) : refuse(refused)
}

const nodeProblem = (node: Node, host: Host): MeshError | undefined => {
  const { nodeId, name, relay } = node
  if (!canForward(host)) return { code: 'gateway-needs-forwarding', hostName: host.name }
  if (relay !== null) return { code: 'gateway-node-relayed', nodeId, name, mode: relay.mode }
  return takesPart(node) ? undefined : { code: 'gateway-node-inactive', nodeId, name }
}

const decideForPresent = (command: CreateGateway, state: ExistingMesh, gateway: Gateway, node: Node): Decision => {
  const { nodeId, autoRelay = true, internet } = command
  const asWanted =
    gateway.autoRelay === autoRelay &&
    gateway.internet === (internet !== undefined) &&
    (internet?.connectNodeIds ?? []).every((connected) => isConnected(state, nodeId, connected))
  return asWanted ? alreadySo : refuse({ code: 'gateway-exists', nodeId, name: node.name })
}
