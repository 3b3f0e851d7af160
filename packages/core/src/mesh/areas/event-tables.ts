import type * as t from 'io-ts'
import type { MeshDraft } from '../mesh-state.js'

/** What an area says of its events: what each does to the state, how it is read, its newest schema version. */
export interface EventTables<Event extends { readonly type: string }> {
  readonly recipes: { readonly [T in Event['type']]: (draft: MeshDraft, event: Extract<Event, { type: T }>) => void }
  readonly codecs: { readonly [T in Event['type']]: t.Type<Extract<Event, { type: T }>, unknown> }
  /** Raised with an upcaster in `upcasters.ts` and a new fixture. */
  readonly versions: { readonly [T in Event['type']]: number }
}
