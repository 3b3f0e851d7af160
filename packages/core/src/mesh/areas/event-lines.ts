import type { Names } from '../names-in.js'

/** One English line for each event of an area. */
export type EventLines<Event extends { readonly type: string }> = {
  readonly [T in Event['type']]: (event: Extract<Event, { type: T }>, name: Names) => string
}
