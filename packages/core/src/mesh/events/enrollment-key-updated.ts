import * as t from 'io-ts'
import { enrollmentKeyIdCodec, epochMsCodec } from '../../values/index.js'
import { keyGatewayCodec } from '../key-gateway-codec.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** Nodes that come in with the key from now on are relayed by that gateway; `null`: not relayed. Those that are in stay as they are. */
export type EnrollmentKeyUpdated = t.TypeOf<typeof enrollmentKeyUpdatedCodec>

export const enrollmentKeyUpdatedCodec = t.type(
  {
    type: t.literal('EnrollmentKeyUpdated'),
    atEpochMs: epochMsCodec,
    keyId: enrollmentKeyIdCodec,
    gateway: keyGatewayCodec,
  },
  'EnrollmentKeyUpdated',
)

export const evolveEnrollmentKeyUpdated = (draft: MeshDraft, event: EnrollmentKeyUpdated): void => {
  const key = largeMapGet(draft.enrollmentKeys, event.keyId)
  if (key !== undefined) key.gateway = event.gateway
}
