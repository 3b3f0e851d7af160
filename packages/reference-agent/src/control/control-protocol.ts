/** What `status` and `down` say to a running agent over its socket: one line of JSON there, one back. */
import * as t from 'io-ts'

/** Name of the socket in the state folder; reached by this name from inside it, because long paths don't fit into an address. */
export const CONTROL_SOCKET = 'agent.sock'

export const controlRequestCodec = t.union([
  t.strict({ ask: t.literal('status') }),
  /** Try once more what was taken back. */
  t.strict({ ask: t.literal('retry') }),
  /** Make another WireGuard key, and have the mesh know it. */
  t.strict({ ask: t.literal('rotate-key') }),
  /** Stop, and take the interface away. */
  t.strict({ ask: t.literal('down') }),
])
export type ControlRequest = t.TypeOf<typeof controlRequestCodec>

/** The longest request; an answer may be long. */
export const LONGEST_REQUEST = 1024

export type ControlAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string }
