import * as t from 'io-ts'
import { deviceIdCodec, epochMsCodec, hostIdCodec, userIdCodec } from '../../values/index.js'
import { moveHostOwner } from '../host-owners.js'
import { largeMapGet } from '../large-map.js'
import { refreshMember } from '../members.js'
import type { MeshDraft } from '../mesh-state.js'

/** A host is a device that its user connected by an agent (F6), and stays that user's: its traffic counts as theirs (G7). */
export type DeviceEnrolled = t.TypeOf<typeof deviceEnrolledCodec>

export const deviceEnrolledCodec = t.type(
  {
    type: t.literal('DeviceEnrolled'),
    atEpochMs: epochMsCodec,
    hostId: hostIdCodec,
    userId: userIdCodec,
    deviceId: deviceIdCodec,
  },
  'DeviceEnrolled',
)

export const evolveDeviceEnrolled = (draft: MeshDraft, { hostId, userId, deviceId }: DeviceEnrolled): void => {
  const host = largeMapGet(draft.hosts, hostId)
  if (host === undefined) return
  moveHostOwner(draft, hostId, host.ownerUserId, userId)
  host.ownerUserId = userId
  host.deviceId = deviceId
  for (const nodeId of host.nodeIds) refreshMember(draft, nodeId)
}
