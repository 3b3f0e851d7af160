import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { gatewayIdsCodec, pathEvidenceCodec, sequenceCodec } from '../gateway-codecs.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { orderToldBy } from './told-order.js'

/**
 * A relayed node says which of its gateways it uses now: it alone moves itself (F3), and this records it. `[]` for old news, and while
 * the one in use is the same.
 */
export type ReportRelayVector = t.TypeOf<typeof reportRelayVectorCodec>

export const reportRelayVectorCodec = commandCodec('ReportRelayVector', {
  nodeId: nodeIdCodec,
  /** Those that it can use, in its own order. */
  gatewayIds: gatewayIdsCodec,
  sequence: sequenceCodec,
  evidence: pathEvidenceCodec,
})

export const decideReportRelayVector = (command: ReportRelayVector, state: ExistingMesh): Decision => {
  const { nodeId, sequence, evidence, atEpochMs } = command
  const node = largeMapGet(state.nodes, nodeId)
  if (node === undefined) return refuse({ code: 'node-unknown', nodeId })
  if (node.relay === null) return refuse({ code: 'node-not-relayed', nodeId, name: node.name })
  const told = orderToldBy(command, node.relay)
  if (E.isLeft(told)) return told
  const gatewayIds = told.right
  if (gatewayIds === null) return alreadySo
  const cause = 'own-choice'
  return E.right([{ type: 'RelayMoved', atEpochMs, nodeId, gatewayIds, sequence, cause, evidence }])
}
