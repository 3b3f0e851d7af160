import { castDraft } from 'immer'
import * as t from 'io-ts'
import { epochMsCodec, hostIdCodec } from '../../values/index.js'
import { hostResolversCodec } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A host that leads others to the internet said whom it asks for names; all of them, in order. Nobody has to ask them (D5). */
export type HostResolversChanged = t.TypeOf<typeof hostResolversChangedCodec>

export const hostResolversChangedCodec = t.type(
  {
    type: t.literal('HostResolversChanged'),
    atEpochMs: epochMsCodec,
    hostId: hostIdCodec,
    resolvers: hostResolversCodec,
  },
  'HostResolversChanged',
)

export const evolveHostResolversChanged = (draft: MeshDraft, { hostId, resolvers }: HostResolversChanged): void => {
  const host = largeMapGet(draft.hosts, hostId)
  if (host !== undefined) host.resolvers = castDraft(resolvers)
}
