/**
 * A gateway that 1,000 nodes are reached through is put aside, in a mesh of 2,000 hosts: from the command, which chooses another order
 * for each of them, to the encoded patch of all viewers.
 */
import { decide, epochMs, type MeshEvent, type MeshState, replay } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { fullMeshEvents, nodeNumber, start } from './full-mesh.js'
import { medianMilliseconds } from './measure.js'
import { becomesGateway, becomesRelayed } from './relayed-mesh.js'
import { type Sent, shipChange } from './ship-change.js'

const meshSize = 2000
const relayed = 1000
const gateways = [0, 1, 2]

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const relayedNodes = Array.from({ length: relayed }, (_, at) => gateways.length + at)
  const before = replay([
    ...fullMeshEvents(meshSize),
    ...gateways.map(becomesGateway),
    ...relayedNodes.map((n) => becomesRelayed(n, gateways.map(nodeNumber))),
  ])
  const failure = eventsOfFailure(before)
  let sent: Sent = { messages: 0, bytes: 0 }
  const decideMs = medianMilliseconds(9, () => eventsOfFailure(before))
  const shipMs = medianMilliseconds(9, () => {
    sent = shipChange(before, failure)
  })
  return {
    bench: 'gateway-failure',
    metrics: {
      events: failure.length,
      reorderMs: decideMs,
      patchesMs: shipMs,
      gatewayFailsUnder1000NodesMs: decideMs + shipMs,
      messages: sent.messages,
      bytes: sent.bytes,
    },
  }
}

const eventsOfFailure = (state: MeshState): readonly MeshEvent[] => {
  const decision = decide({ type: 'DisconnectNode', atEpochMs: epochMs(start), nodeId: nodeNumber(0) }, state)
  if (E.isLeft(decision)) throw new Error(decision.left.code)
  return decision.right
}
