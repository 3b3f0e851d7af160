import type * as t from 'io-ts'
import { commandCodec } from './command-codec.js'

/** After a backup was restored: agents may take a revision below the one they had. Raises by one each time. */
export const raiseMeshEpochCodec = commandCodec('RaiseMeshEpoch', {})
export type RaiseMeshEpoch = t.TypeOf<typeof raiseMeshEpochCodec>
