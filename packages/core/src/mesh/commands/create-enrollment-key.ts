import * as t from 'io-ts'
import { enrollmentKeyIdCodec, epochMsCodec, networkIdCodec } from '../../values/index.js'
import { integerBetween, orNull, shortList } from '../event-parts.js'
import { commandCodec } from './command-codec.js'
import { secretHashCodec, titleCodec } from './command-parts.js'

/** Let machines that hold a secret join networks (G1). The secret is shown once by whoever made it and never comes here. */
export const createEnrollmentKeyCodec = commandCodec('CreateEnrollmentKey', {
  keyId: enrollmentKeyIdCodec,
  name: titleCodec(64),
  secretHash: secretHashCodec,
  networkIds: shortList(networkIdCodec, 100),
  /** How many machines may join with it; `null`: any number. */
  maxUses: orNull(integerBetween(1, 1_000_000)),
  /** `null`: never. */
  expiresAtEpochMs: orNull(epochMsCodec),
  /** Whether its machines take part without an administrator's approval where the network asks for one. */
  preApproved: t.boolean,
  ephemeral: t.boolean,
})
export type CreateEnrollmentKey = t.TypeOf<typeof createEnrollmentKeyCodec>
