import * as E from 'fp-ts/lib/Either.js'
import type { NodeId } from '../../values/index.js'
import type { HostRegistered } from '../events/host-registered.js'
import type { NodeJoined } from '../events/node-joined.js'
import type { RelayAssigned } from '../events/relay-assigned.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { KeyGateway, Node } from '../mesh-state.js'
import { autoGatewayIds, autoUserOf } from './auto-gateway-list.js'
import type { ExistingMesh } from './decision.js'
import { refuse } from './decision.js'
import { assignmentProblem } from './gateway-target-rules.js'
import { unfoldFrom } from './unfolding.js'

/**
 * How nodes come in that join by an enrolment key with a gateway (C2): relayed by it in its network, or in each by whichever is
 * nearest. Refused where the host would use two internet gateways; automatic lists leave such gateways out (D2).
 */
export const relaysOfJoining = (
  state: ExistingMesh,
  gateway: KeyGateway | null,
  registered: HostRegistered | null,
  joined: readonly NodeJoined[],
): E.Either<MeshError, readonly RelayAssigned[]> => {
  if (gateway === null) return E.right([])
  const unfolding = unfoldFrom(state)
  if (registered !== null) unfolding.emit(registered)
  for (const event of joined) unfolding.emit(event)
  const relays: RelayAssigned[] = []
  for (const { nodeId, atEpochMs } of joined) {
    const node = largeMapGet(unfolding.state().nodes, nodeId)
    const wanted = node === undefined ? E.right(null) : gatewaysFor(unfolding.state(), gateway, node)
    if (E.isLeft(wanted)) return wanted
    if (wanted.right === null) continue
    const { mode } = gateway
    const gatewayIds = wanted.right
    relays.push({ type: 'RelayAssigned', atEpochMs, nodeId, mode, gatewayIds, cause: 'enrollment-key' })
    unfolding.emit({ type: 'RelayAssigned', atEpochMs, nodeId, mode, gatewayIds, cause: 'enrollment-key' })
  }
  return E.right(relays)
}

/** `null`: the gateway is of another network. */
const gatewaysFor = (
  state: ExistingMesh,
  gateway: KeyGateway,
  node: Node,
): E.Either<MeshError, readonly NodeId[] | null> => {
  if (gateway.mode === 'auto') {
    const user = autoUserOf(state, node)
    return E.right(user === undefined ? [] : autoGatewayIds(state, user))
  }
  const host = largeMapGet(state.hosts, node.hostId)
  if (host === undefined || largeMapGet(state.gateways, gateway.nodeId)?.networkId !== node.networkId)
    return E.right(null)
  const problem = assignmentProblem(state, host, node, [gateway.nodeId])
  return problem === undefined ? E.right([gateway.nodeId]) : refuse(problem)
}
