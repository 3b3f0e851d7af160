import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { commandCodec } from './command-codec.js'
import type { Decision, ExistingMesh } from './decision.js'

/** After a backup was restored: agents may take a revision below the one they had. Raises by one each time. */
export type RaiseMeshEpoch = t.TypeOf<typeof raiseMeshEpochCodec>

export const raiseMeshEpochCodec = commandCodec('RaiseMeshEpoch', {})

export const decideRaiseMeshEpoch = ({ atEpochMs }: RaiseMeshEpoch, state: ExistingMesh): Decision =>
  E.right([{ type: 'MeshEpochRaised', atEpochMs, epoch: state.mesh.epoch + 1 }])
