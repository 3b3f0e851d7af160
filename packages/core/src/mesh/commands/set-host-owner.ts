import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { hostIdCodec, userIdCodec } from '../../values/index.js'
import { orNull } from '../event-parts.js'
import { largeMapGet, largeMapHas } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** Say whose machine a host is (A3): its traffic counts as that user's (G7). A device that its user connected stays that user's. */
export type SetHostOwner = t.TypeOf<typeof setHostOwnerCodec>

export const setHostOwnerCodec = commandCodec('SetHostOwner', {
  hostId: hostIdCodec,
  /** `null`: nobody's. */
  userId: orNull(userIdCodec),
})

export const decideSetHostOwner = ({ hostId, userId, atEpochMs }: SetHostOwner, state: ExistingMesh): Decision => {
  const host = largeMapGet(state.hosts, hostId)
  if (host === undefined) return refuse({ code: 'host-unknown', hostId })
  if (host.ownerUserId === userId) return alreadySo
  if (userId !== null && !largeMapHas(state.users, userId)) return refuse({ code: 'user-unknown', userId })
  if (host.deviceId !== null) return refuse({ code: 'host-is-device', hostId, name: host.name })
  return E.right([{ type: 'HostOwnerChanged', atEpochMs, hostId, userId }])
}
