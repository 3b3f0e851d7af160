import { castDraft } from 'immer'
import * as t from 'io-ts'
import { epochMsCodec, hostIdCodec } from '../../values/index.js'
import { localPrefixesCodec } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** Peers don't try to reach a host inside these prefixes from now on (C8); all of them, none of the earlier ones. */
export type HostPrefixesExcluded = t.TypeOf<typeof hostPrefixesExcludedCodec>

export const hostPrefixesExcludedCodec = t.type(
  {
    type: t.literal('HostPrefixesExcluded'),
    atEpochMs: epochMsCodec,
    hostId: hostIdCodec,
    prefixes: localPrefixesCodec,
  },
  'HostPrefixesExcluded',
)

export const evolveHostPrefixesExcluded = (draft: MeshDraft, { hostId, prefixes }: HostPrefixesExcluded): void => {
  const host = largeMapGet(draft.hosts, hostId)
  if (host !== undefined) host.excludedPrefixes = castDraft(prefixes)
}
