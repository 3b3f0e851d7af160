import type { EpochMs } from '../values/index.js'
import { largeMapGet } from './large-map.js'
import type { EnrollmentKey, MeshState } from './mesh-state.js'
import { isAhead } from './time.js'

/** Whether a key may still let a machine in; one that never will again gives its name free. */
export const letsIn = (key: EnrollmentKey, nowEpochMs: EpochMs): boolean =>
  !key.revoked &&
  (key.maxUses === null || key.uses < key.maxUses) &&
  (key.expiresAtEpochMs === null || isAhead(key.expiresAtEpochMs, nowEpochMs))

/** Whether the gateway that relays a key's nodes is one, in one of the key's networks. None, and whichever is nearest, always fit. */
export const keyGatewayFits = (
  state: MeshState,
  { networkIds, gateway }: Pick<EnrollmentKey, 'networkIds' | 'gateway'>,
): boolean => {
  if (gateway === null || gateway.mode === 'auto') return true
  const found = largeMapGet(state.gateways, gateway.nodeId)
  return found !== undefined && networkIds.includes(found.networkId)
}
