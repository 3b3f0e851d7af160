import * as t from 'io-ts'
import { epochMsCodec, nodeIdCodec } from '../../values/index.js'
import { setRelay } from '../gateway-records.js'
import type { MeshDraft } from '../mesh-state.js'

/** A node is reached directly again, and no gateway is chosen for it any more. */
export type RelayUnassigned = t.TypeOf<typeof relayUnassignedCodec>

export const relayUnassignedCodec = t.type(
  {
    type: t.literal('RelayUnassigned'),
    atEpochMs: epochMsCodec,
    nodeId: nodeIdCodec,
    cause: t.keyof({
      command: null,
      'gateway-removed': null,
      'internet-gateway-disabled': null,
      'node-left': null,
      'network-removed': null,
    }),
  },
  'RelayUnassigned',
)

export const evolveRelayUnassigned = (draft: MeshDraft, { nodeId }: RelayUnassigned): void =>
  setRelay(draft, nodeId, null)
