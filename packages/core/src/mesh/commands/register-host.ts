import type * as t from 'io-ts'
import { hostIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'
import { hostFactsProps } from './command-parts.js'

/** Make a machine known without an enrolment key: for products that have their own way of trusting it. `[]` when it is known. */
export const registerHostCodec = commandCodec('RegisterHost', { hostId: hostIdCodec, ...hostFactsProps })
export type RegisterHost = t.TypeOf<typeof registerHostCodec>
