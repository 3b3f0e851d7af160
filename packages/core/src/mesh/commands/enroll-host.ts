import type * as t from 'io-ts'
import { enrollmentKeyIdCodec, hostIdCodec, nodeIdCodec } from '../../values/index.js'
import { shortList } from '../event-parts.js'
import { commandCodec } from './command-codec.js'
import { hostFactsProps, secretHashCodec } from './command-parts.js'

/**
 * A machine with an enrolment key joins the key's networks (A4, G1). Given after the machine proved that it holds both private keys.
 * A machine that is known joins what it isn't in yet; nothing left to join: `[]`, and no use is burnt.
 */
export const enrollHostCodec = commandCodec('EnrollHost', {
  keyId: enrollmentKeyIdCodec,
  /** SHA-256 of the secret that the machine showed. */
  secretHash: secretHashCodec,
  /** Fresh; taken if the machine is new. */
  hostId: hostIdCodec,
  /** Fresh; one for each network of the key is enough. */
  freshNodeIds: shortList(nodeIdCodec, 100),
  ...hostFactsProps,
})
export type EnrollHost = t.TypeOf<typeof enrollHostCodec>
