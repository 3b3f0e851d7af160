import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type NodeId, nodeIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Gateway } from '../mesh-state.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'
import { dependentsWithoutTarget, endGateway } from './gateway-departure.js'
import { gatewayProblem, nameOf } from './gateway-target-rules.js'
import { emitConsequences } from './removal-consequences.js'
import { unfoldFrom } from './unfolding.js'

/** A node shall be a gateway no longer (B3). Node and host stay; automatic nodes and pairs find others by themselves. */
export type RemoveGateway = t.TypeOf<typeof removeGatewayCodec>

export const removeGatewayCodec = commandCodec('RemoveGateway', {
  nodeId: nodeIdCodec,
  /** Where its assigned nodes, clients and enrolment keys go: a gateway of the same network. `null`: nowhere. */
  moveTo: orNull(nodeIdCodec),
  /**
   * What becomes of nodes and clients that can't go there: with `let-go` nodes are relayed no longer and clients are removed. A user's
   * device that may not be at the target is removed in any case.
   */
  withoutTarget: t.keyof({ refuse: null, 'let-go': null }),
})

export const decideRemoveGateway = (command: RemoveGateway, state: ExistingMesh): Decision => {
  const { nodeId, moveTo, withoutTarget, atEpochMs } = command
  const gateway = largeMapGet(state.gateways, nodeId)
  if (gateway === undefined) return refuse({ code: 'gateway-unknown', nodeId })
  const problem = moveTo === null ? undefined : targetProblem(state, gateway, moveTo)
  if (problem !== undefined) return refuse(problem)
  const { nodes, clients } = dependentsWithoutTarget(state, nodeId, moveTo)
  if (withoutTarget === 'refuse' && nodes + clients > 0)
    return refuse({ code: 'gateway-has-dependents', nodeId, name: nameOf(state, nodeId), nodes, clients })
  const unfolding = unfoldFrom(state)
  emitConsequences({ kind: 'gateway', nodeId, moveTo, atEpochMs }, unfolding)
  endGateway(unfolding, nodeId, 'command', atEpochMs)
  return E.right(unfolding.events())
}

const targetProblem = (state: ExistingMesh, { nodeId, networkId }: Gateway, moveTo: NodeId): MeshError | undefined => {
  const network = largeMapGet(state.networks, networkId)
  if (moveTo === nodeId || network === undefined) return { code: 'gateway-of-itself', nodeId }
  return gatewayProblem(state, network, moveTo)
}
