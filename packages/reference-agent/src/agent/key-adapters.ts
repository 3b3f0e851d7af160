import type { Crypto } from '@meshfold/core'
import type { KeyRing } from '../enrollment/key-ring.js'

/** What it takes to change the host's WireGuard key. */
export interface KeyAdapters {
  readonly ring: KeyRing
  readonly crypto: Crypto
}
