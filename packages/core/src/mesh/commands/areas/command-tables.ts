import type * as t from 'io-ts'
import type { Decision, ExistingMesh } from '../decision.js'

/** What an area says of its commands: how each is read from outside (unknown fields are refused), and its rule. */
export interface CommandTables<Command extends { readonly type: string }> {
  readonly codecs: { readonly [T in Command['type']]: t.Type<Extract<Command, { type: T }>, unknown> }
  readonly rules: {
    readonly [T in Command['type']]: (command: Extract<Command, { type: T }>, state: ExistingMesh) => Decision
  }
}
