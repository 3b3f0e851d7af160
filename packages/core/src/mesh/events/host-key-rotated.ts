import * as t from 'io-ts'
import { epochMsCodec, hostIdCodec, wireguardPublicKeyCodec } from '../../values/index.js'
import { largeMapDelete, largeMapGet, largeMapSet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A host has another WireGuard key; the old one never comes back. Its identity key, addresses and nodes stay as they are. */
export type HostKeyRotated = t.TypeOf<typeof hostKeyRotatedCodec>

export const hostKeyRotatedCodec = t.type(
  {
    type: t.literal('HostKeyRotated'),
    atEpochMs: epochMsCodec,
    hostId: hostIdCodec,
    wireguardKey: wireguardPublicKeyCodec,
  },
  'HostKeyRotated',
)

export const evolveHostKeyRotated = (draft: MeshDraft, { hostId, wireguardKey }: HostKeyRotated): void => {
  const host = largeMapGet(draft.hosts, hostId)
  if (host === undefined || host.wireguardKey === wireguardKey) return
  largeMapDelete(draft.indexes.hostIdsByWireguardKey, host.wireguardKey)
  largeMapSet(draft.indexes.retiredKeys, host.wireguardKey as string, hostId)
  largeMapSet(draft.indexes.hostIdsByWireguardKey, wireguardKey, hostId)
  host.wireguardKey = wireguardKey
}
