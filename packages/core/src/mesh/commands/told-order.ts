import * as E from 'fp-ts/lib/Either.js'
import type { NodeId } from '../../values/index.js'
import type { MeshError } from '../mesh-error.js'
import type { NodeRelay } from '../mesh-state.js'
import { refuse } from './decision.js'

type Told = Pick<NodeRelay, 'gatewayIds' | 'sequence'>

/**
 * The whole list after its owner's vector: what the owner can use in front, the rest behind. `null` when nothing moves: the vector is
 * older than what is known, or the gateway in use stays.
 */
export const orderToldBy = (told: Told, known: Told): E.Either<MeshError, readonly NodeId[] | null> => {
  if (told.sequence <= known.sequence) return E.right(null)
  const stranger = told.gatewayIds.find((gatewayId) => !known.gatewayIds.includes(gatewayId))
  if (stranger !== undefined) return refuse({ code: 'gateway-not-in-list', gatewayId: stranger })
  const gatewayIds = [...new Set([...told.gatewayIds, ...known.gatewayIds])]
  return E.right(gatewayIds[0] === known.gatewayIds[0] ? null : gatewayIds)
}
