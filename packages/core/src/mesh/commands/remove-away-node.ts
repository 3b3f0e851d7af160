import type * as t from 'io-ts'
import { nodeIdCodec } from '../../values/index.js'
import { commandCodec } from './command-codec.js'

/** Remove an ephemeral node that was away longer than the grace of the mesh (A5). From the sweeper. */
export const removeAwayNodeCodec = commandCodec('RemoveAwayNode', { nodeId: nodeIdCodec })
export type RemoveAwayNode = t.TypeOf<typeof removeAwayNodeCodec>
