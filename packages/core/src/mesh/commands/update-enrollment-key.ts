import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { enrollmentKeyIdCodec } from '../../values/index.js'
import { keyGatewayCodec } from '../key-gateway-codec.js'
import { largeMapGet } from '../large-map.js'
import { keyGatewayEq } from '../mesh-equality.js'
import type { MeshEvent } from '../mesh-event.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { keyGatewayProblem } from './key-rules.js'

/** Have a key's nodes relayed by another gateway, or by none, from now on (C2). A suspended key lets machines in again (B3). */
export type UpdateEnrollmentKey = t.TypeOf<typeof updateEnrollmentKeyCodec>

export const updateEnrollmentKeyCodec = commandCodec('UpdateEnrollmentKey', {
  keyId: enrollmentKeyIdCodec,
  gateway: keyGatewayCodec,
})

export const decideUpdateEnrollmentKey = (command: UpdateEnrollmentKey, state: ExistingMesh): Decision => {
  const { keyId, gateway, atEpochMs } = command
  const key = largeMapGet(state.enrollmentKeys, keyId)
  if (key === undefined) return refuse({ code: 'enrollment-key-unknown', keyId })
  if (key.revoked) return refuse({ code: 'enrollment-key-revoked', keyId })
  const isSame = keyGatewayEq.equals(key.gateway, gateway)
  if (isSame && !key.suspended) return alreadySo
  const problem = keyGatewayProblem(state, { ...key, gateway })
  if (problem !== undefined) return refuse(problem)
  const events: MeshEvent[] = []
  if (!isSame) events.push({ type: 'EnrollmentKeyUpdated', atEpochMs, keyId, gateway })
  if (key.suspended) events.push({ type: 'EnrollmentKeyResumed', atEpochMs, keyId })
  return E.right(events)
}
