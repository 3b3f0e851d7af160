import type * as t from 'io-ts'
import { enrollmentKeyIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'

/** Nobody joins with the key any more (G1). Hosts that did stay. `[]` when it is revoked. */
export const revokeEnrollmentKeyCodec = commandCodec('RevokeEnrollmentKey', { keyId: enrollmentKeyIdCodec })
export type RevokeEnrollmentKey = t.TypeOf<typeof revokeEnrollmentKeyCodec>
