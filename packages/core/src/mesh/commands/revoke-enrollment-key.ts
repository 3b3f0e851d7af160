import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { enrollmentKeyIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** Nobody joins with the key any more (G1). Hosts that did stay. `[]` when it is revoked. */
export type RevokeEnrollmentKey = t.TypeOf<typeof revokeEnrollmentKeyCodec>

export const revokeEnrollmentKeyCodec = commandCodec('RevokeEnrollmentKey', { keyId: enrollmentKeyIdCodec })

export const decideRevokeEnrollmentKey = ({ keyId, atEpochMs }: RevokeEnrollmentKey, state: ExistingMesh): Decision => {
  const key = largeMapGet(state.enrollmentKeys, keyId)
  if (key === undefined) return refuse({ code: 'enrollment-key-unknown', keyId })
  if (key.revoked) return alreadySo
  return E.right([{ type: 'EnrollmentKeyRevoked', atEpochMs, keyId }])
}
