import { castDraft } from 'immer'
import * as t from 'io-ts'
import { epochMsCodec, hostIdCodec, hostNameCodec } from '../../values/index.js'
import { hostCapabilitiesCodec, hostSystemCodec, mtuCodec, orNull, portCodec } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { listeners } from '../listeners.js'
import type { MeshDraft } from '../mesh-state.js'

/** What is known or wanted of a host changed; carries all of it. Its nodes keep their names. */
export type HostUpdated = t.TypeOf<typeof hostUpdatedCodec>

export const hostUpdatedCodec = t.type(
  {
    type: t.literal('HostUpdated'),
    atEpochMs: epochMsCodec,
    hostId: hostIdCodec,
    name: hostNameCodec,
    system: hostSystemCodec,
    listenPort: portCodec,
    mtuBytes: orNull(mtuCodec),
    capabilities: hostCapabilitiesCodec,
  },
  'HostUpdated',
)

export const evolveHostUpdated = (draft: MeshDraft, event: HostUpdated): void => {
  const host = largeMapGet(draft.hosts, event.hostId)
  if (host === undefined) return
  listeners.remove(draft, host)
  host.name = event.name
  host.system = event.system
  host.listenPort = event.listenPort
  host.mtuBytes = event.mtuBytes
  host.capabilities = castDraft(event.capabilities)
  listeners.add(draft, host)
}
