import type { Crypto } from '@meshfold/core'
import type { PathStore } from '../state/path-store.js'
import type { OpenControlPort } from './control-port.js'

/** What keeping paths takes. */
export interface PathAdapters {
  readonly crypto: Crypto
  readonly openControlPort: OpenControlPort
  readonly store: PathStore
}
