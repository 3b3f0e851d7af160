import { castDraft } from 'immer'
import * as t from 'io-ts'
import { enrollmentKeyIdCodec, epochMsCodec, networkIdCodec } from '../../values/index.js'
import { maxUsesCodec, orNull, shortList, shortText, tagsCodec } from '../event-parts.js'
import { keyGatewayCodec } from '../key-gateway-codec.js'
import { largeMapSet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** Hosts that hold the key's secret may join its networks. The secret itself is not in the log. */
export type EnrollmentKeyCreated = t.TypeOf<typeof enrollmentKeyCreatedCodec>

export const enrollmentKeyCreatedCodec = t.type(
  {
    type: t.literal('EnrollmentKeyCreated'),
    atEpochMs: epochMsCodec,
    keyId: enrollmentKeyIdCodec,
    name: shortText(64),
    secretHash: shortText(64),
    networkIds: shortList(networkIdCodec, 100),
    maxUses: orNull(maxUsesCodec),
    expiresAtEpochMs: orNull(epochMsCodec),
    preApproved: t.boolean,
    ephemeral: t.boolean,
    gateway: keyGatewayCodec,
    tags: tagsCodec,
  },
  'EnrollmentKeyCreated',
)

export const evolveEnrollmentKeyCreated = (draft: MeshDraft, event: EnrollmentKeyCreated): void => {
  const { type: _type, atEpochMs: _at, ...facts } = event
  largeMapSet(draft.enrollmentKeys, event.keyId, castDraft({ ...facts, uses: 0, suspended: false, revoked: false }))
  draft.indexes.enrollmentKeyIdsByName.set(event.name, event.keyId)
}
