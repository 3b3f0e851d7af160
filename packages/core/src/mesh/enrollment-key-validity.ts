import type { EpochMs } from '../values/index.js'
import type { EnrollmentKey } from './mesh-state.js'
import { isAhead } from './time.js'

/** Whether a key may still let a machine in; one that never will again gives its name free. */
export const letsIn = (key: EnrollmentKey, nowEpochMs: EpochMs): boolean =>
  !key.revoked &&
  (key.maxUses === null || key.uses < key.maxUses) &&
  (key.expiresAtEpochMs === null || isAhead(key.expiresAtEpochMs, nowEpochMs))
