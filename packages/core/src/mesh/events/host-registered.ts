import * as t from 'io-ts'
import {
  epochMsCodec,
  hostIdCodec,
  hostNameCodec,
  identityPublicKeyCodec,
  ipAddressCodec,
  ipv4AddressCodec,
  ipv6AddressCodec,
  takeAddress,
  wireguardPublicKeyCodec,
} from '../../values/index.js'
import {
  endpointCandidatesCodec,
  hostCapabilitiesCodec,
  hostSystemCodec,
  localPrefixesCodec,
  mtuCodec,
  orNull,
  portCodec,
} from '../event-parts.js'
import { largeMapGet, largeMapSet } from '../large-map.js'
import { enrolledFromUntilSeen, listeners } from '../listeners.js'
import type { MeshDraft } from '../mesh-state.js'

/** A machine is known to the mesh, with its keys and control addresses. It is in no network yet. */
export type HostRegistered = t.TypeOf<typeof hostRegisteredCodec>

export const hostRegisteredCodec = t.type(
  {
    type: t.literal('HostRegistered'),
    atEpochMs: epochMsCodec,
    hostId: hostIdCodec,
    name: hostNameCodec,
    system: hostSystemCodec,
    listenPort: portCodec,
    mtuBytes: orNull(mtuCodec),
    wireguardKey: wireguardPublicKeyCodec,
    identityKey: identityPublicKeyCodec,
    controlAddress4: ipv4AddressCodec,
    controlAddress6: ipv6AddressCodec,
    endpoints: endpointCandidatesCodec,
    localPrefixes: localPrefixesCodec,
    capabilities: hostCapabilitiesCodec,
    /** Where its call came from, whatever address that is; `null`: not known. */
    enrolledFrom: orNull(ipAddressCodec),
  },
  'HostRegistered',
)

export const evolveHostRegistered = (draft: MeshDraft, event: HostRegistered): void => {
  const before = largeMapGet(draft.hosts, event.hostId)
  if (before !== undefined) listeners.remove(draft, before)
  const { type: _type, atEpochMs, ...facts } = event
  const host = {
    ...facts,
    enrolledFrom: enrolledFromUntilSeen(event.enrolledFrom, event.endpoints),
    registeredAtEpochMs: atEpochMs,
    nodeIds: [],
    ownerUserId: null,
    deviceId: null,
    excludedPrefixes: [],
    resolvers: [],
  }
  largeMapSet(draft.hosts, event.hostId, host)
  largeMapSet(draft.indexes.hostIdsByWireguardKey, event.wireguardKey, event.hostId)
  largeMapSet(draft.indexes.hostIdsByIdentityKey, event.identityKey, event.hostId)
  largeMapSet(draft.indexes.hostIdsByControlAddress6, event.controlAddress6, event.hostId)
  if (draft.indexes.controlPool4 !== null) takeAddress(draft.indexes.controlPool4, event.controlAddress4)
  listeners.add(draft, host)
}
