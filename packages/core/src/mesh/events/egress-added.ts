import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { egressContentProps, egressIdentityProps } from '../egress-codecs.js'
import { putEgress } from '../egress-records.js'
import { shortText } from '../event-parts.js'
import type { MeshDraft } from '../mesh-state.js'

/** Ranges outside the mesh can be reached through its routers from now on, as policies allow. Whether a router serves them is another matter. */
export type EgressAdded = t.TypeOf<typeof egressAddedCodec>

export const egressAddedCodec = t.type(
  {
    type: t.literal('EgressAdded'),
    atEpochMs: epochMsCodec,
    ...egressIdentityProps,
    name: shortText(64),
    ...egressContentProps,
  },
  'EgressAdded',
)

export const evolveEgressAdded = (draft: MeshDraft, event: EgressAdded): void => {
  const { type: _type, atEpochMs, ...content } = event
  putEgress(draft, content, atEpochMs)
}
