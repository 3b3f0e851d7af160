import { castDraft } from 'immer'
import * as t from 'io-ts'
import { epochMsCodec, hostIdCodec } from '../../values/index.js'
import { endpointCandidatesCodec, localPrefixesCodec, portCodec } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { enrolledFromUntilSeen, listeners } from '../listeners.js'
import type { MeshDraft } from '../mesh-state.js'

/** A host reported where it may be reached now; carries all of it. Nothing else of the host changed. */
export type HostEndpointsChanged = t.TypeOf<typeof hostEndpointsChangedCodec>

export const hostEndpointsChangedCodec = t.type(
  {
    type: t.literal('HostEndpointsChanged'),
    atEpochMs: epochMsCodec,
    hostId: hostIdCodec,
    listenPort: portCodec,
    endpoints: endpointCandidatesCodec,
    localPrefixes: localPrefixesCodec,
  },
  'HostEndpointsChanged',
)

export const evolveHostEndpointsChanged = (draft: MeshDraft, event: HostEndpointsChanged): void => {
  const host = largeMapGet(draft.hosts, event.hostId)
  if (host === undefined) return
  listeners.remove(draft, host)
  host.listenPort = event.listenPort
  host.endpoints = castDraft(event.endpoints)
  host.localPrefixes = castDraft(event.localPrefixes)
  host.enrolledFrom = enrolledFromUntilSeen(host.enrolledFrom, event.endpoints)
  listeners.add(draft, host)
}
