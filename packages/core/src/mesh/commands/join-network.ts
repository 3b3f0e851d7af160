import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import {
  epochMsCodec,
  hostIdCodec,
  hostNameCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  type NetworkId,
  type NetworkName,
  networkIdCodec,
  nodeIdCodec,
} from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import type { Host, Node } from '../mesh-state.js'
import { isAhead } from '../time.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { joiningInternetProblem } from './internet-egress-rules.js'
import { gatewayBehindProblem } from './internet-use-rules.js'
import { isolationProblem, joinNetwork } from './join-rules.js'

/** An administrator puts a host into a network; no approval is asked for. `[]` when it is there as wanted. */
export type JoinNetwork = t.TypeOf<typeof joinNetworkCodec>

export const joinNetworkCodec = commandCodec('JoinNetwork', {
  networkId: networkIdCodec,
  hostId: hostIdCodec,
  /** Fresh. */
  nodeId: fresh(nodeIdCodec),
  /** `null`: the host's, with a number behind it where that is taken. */
  name: orNull(hostNameCodec),
  /** `null`: the lowest free one. */
  address4: orNull(ipv4AddressCodec),
  /** `null`: the lowest free one. */
  address6: orNull(ipv6AddressCodec),
  ephemeral: t.boolean,
  /** `null`: never. */
  expiresAtEpochMs: orNull(epochMsCodec),
})

export const decideJoinNetwork = (command: JoinNetwork, state: ExistingMesh): Decision => {
  const { type: _type, networkId, ...wish } = command
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return refuse({ code: 'network-unknown', networkId })
  const host = largeMapGet(state.hosts, wish.hostId)
  if (host === undefined) return refuse({ code: 'host-unknown', hostId: wish.hostId })
  const present = nodeIn(state, host, network.networkId)
  if (present !== undefined) return decideForPresent(command, present, network.name)
  const { atEpochMs, expiresAtEpochMs } = command
  if (expiresAtEpochMs !== null && !isAhead(expiresAtEpochMs, atEpochMs))
    return refuse({ code: 'expiry-not-ahead', expiresAtEpochMs, atEpochMs })
  const problem =
    isolationProblem(state, host, [network]) ??
    gatewayBehindProblem(state, host, { isGateway: false, joining: [network] }) ??
    joiningInternetProblem(state, host, [network])
  if (problem !== undefined) return refuse(problem)
  const joined = joinNetwork(state, network, {
    ...wish,
    hostName: host.name,
    approval: 'approved',
    enrollmentKeyId: null,
  })
  return E.isLeft(joined) ? joined : E.right([joined.right])
}

const nodeIn = (state: ExistingMesh, host: Host, networkId: NetworkId): Node | undefined => {
  for (const nodeId of host.nodeIds) {
    const node = largeMapGet(state.nodes, nodeId)
    if (node?.networkId === networkId) return node
  }
  return undefined
}

/** The host is in the network: fine when as wanted; a node that waits for approval gets it with this. */
const decideForPresent = (command: JoinNetwork, node: Node, networkName: NetworkName): Decision => {
  const { atEpochMs } = command
  const { nodeId, name } = node
  const asWanted =
    (command.name ?? name) === name &&
    (command.address4 ?? node.address4) === node.address4 &&
    (command.address6 ?? node.address6) === node.address6 &&
    command.ephemeral === node.ephemeral &&
    command.expiresAtEpochMs === node.expiresAtEpochMs
  if (!asWanted) return refuse({ code: 'host-in-network', nodeId, name, networkName })
  return node.approval === 'approved' ? alreadySo : E.right([{ type: 'NodeApproved', atEpochMs, nodeId }])
}
