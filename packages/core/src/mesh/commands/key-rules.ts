import { keyGatewayFits } from '../enrollment-key-validity.js'
import type { MeshError } from '../mesh-error.js'
import type { EnrollmentKey, MeshState } from '../mesh-state.js'

/** Why a key's nodes can't be relayed by that gateway: it is none of the key's networks (G1). */
export const keyGatewayProblem = (
  state: MeshState,
  key: Pick<EnrollmentKey, 'name' | 'networkIds' | 'gateway'>,
): MeshError | undefined => {
  const { name, gateway } = key
  if (gateway?.mode !== 'manual' || keyGatewayFits(state, key)) return undefined
  return { code: 'enrollment-key-gateway-unfit', nodeId: gateway.nodeId, name }
}
