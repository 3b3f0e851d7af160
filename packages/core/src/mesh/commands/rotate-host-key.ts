import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { hostIdCodec, wireguardPublicKeyCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { keyHolder } from './client-rules.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/**
 * A host has another WireGuard key (A11). Given after the host proved that it holds the private one. The old key never comes back,
 * not to this host either. `[]` when it is the host's key.
 */
export type RotateHostKey = t.TypeOf<typeof rotateHostKeyCodec>

export const rotateHostKeyCodec = commandCodec('RotateHostKey', {
  hostId: hostIdCodec,
  /** Nobody's, and never anybody's before. */
  wireguardKey: wireguardPublicKeyCodec,
})

export const decideRotateHostKey = (command: RotateHostKey, state: ExistingMesh): Decision => {
  const { atEpochMs, hostId, wireguardKey } = command
  const host = largeMapGet(state.hosts, hostId)
  if (host === undefined) return refuse({ code: 'host-unknown', hostId })
  if (host.wireguardKey === wireguardKey) return alreadySo
  const holder = keyHolder(state, wireguardKey)
  if (holder !== undefined) return refuse({ code: 'wireguard-key-taken', key: wireguardKey, holder })
  return E.right([{ type: 'HostKeyRotated', atEpochMs, hostId, wireguardKey }])
}
