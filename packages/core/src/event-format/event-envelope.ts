import type { CommandId, EpochMs, EventId } from '../values/index.js'

/**
 * An event as it is stored and sent: the domain's data, wrapped with what a log needs to know about it. `data` is JSON; its shape
 * is told by `type` and `schemaVersion`, and lifted to the newest version by `upcastEvent` before it is decoded.
 */
export interface EventEnvelope {
  /** Unique; made once per command, so that a repeated append is recognised. */
  readonly eventId: EventId
  readonly type: string
  /** Counts from 1, per type. */
  readonly schemaVersion: number
  readonly data: Readonly<Record<string, unknown>>
  readonly metadata: EventMetadata
}

/** Who, when, why, from where (G9). Never a secret. */
export interface EventMetadata {
  /** The command that caused it: all events of one command share it. */
  readonly commandId: CommandId
  /** When the command was taken; equal to the event's own time. */
  readonly recordedAtEpochMs: EpochMs
  /** Such as `admin`, `host:<id>`, `system:sweeper`. */
  readonly actor: string
  /** Free text given with the command. */
  readonly reason: string | null
  /** Where the command came from, such as an address. */
  readonly source: string | null
}
