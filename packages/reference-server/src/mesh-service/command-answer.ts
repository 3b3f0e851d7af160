import type { CommandId, MeshCommand, MeshError, MeshEvent } from '@meshfold/core'
import type { Either } from 'fp-ts/lib/Either.js'

/** A command without its time: the queue stamps it when it is decided, so that events never go back in time. */
export type UnstampedCommand = WithoutTime<MeshCommand>

type WithoutTime<C> = C extends MeshCommand ? Omit<C, 'atEpochMs'> : never

/** Who asks, why, from where (G9). All of it ends up beside the events. */
export interface CommandContext {
  /** Names this wish: given twice, it is carried out once and both get the same answer. */
  readonly commandId: CommandId
  /** Such as `admin`, `host:<id>`, `system:sweeper`. */
  readonly actor: string
  readonly reason: string | null
  readonly source: string | null
}

/** A command was carried out; its events are in the log. No events: it was already so. */
export interface CommandDone {
  readonly commandId: CommandId
  readonly events: readonly MeshEvent[]
  /** Of the mesh, right after the last of the events; without events, when it was decided. */
  readonly revision: number
}

/** Why the server, not the mesh, could not carry out a command. Nothing was written unless the code says otherwise. */
export type ServiceError =
  /** The log could not be written for a while; the same command id may be sent again. */
  | { readonly code: 'event-log-unavailable'; readonly reason: string }
  /** The log holds something this server can't read: it takes no commands any more. */
  | { readonly code: 'event-log-unreadable'; readonly reason: string }
  | { readonly code: 'server-stopping' }
  /** More commands wait than the server holds. */
  | { readonly code: 'too-many-commands'; readonly waiting: number }
  /** More questions wait than are answered in time. */
  | { readonly code: 'too-many-questions'; readonly waiting: number }
  /** A fault of the server; its log has the details. */
  | { readonly code: 'command-crashed'; readonly commandId: CommandId }

/** Whether the server, not the mesh, is the reason. */
export const isServiceError = (error: MeshError | ServiceError): error is ServiceError => serviceCodes.has(error.code)

const serviceCodes: ReadonlySet<string> = new Set<ServiceError['code']>([
  'event-log-unavailable',
  'event-log-unreadable',
  'server-stopping',
  'too-many-commands',
  'too-many-questions',
  'command-crashed',
])

/** What becomes of a command. */
export type CommandAnswer = Either<MeshError | ServiceError, CommandDone>

/** A service error in English, with the way out. */
export const describeServiceError = (error: ServiceError): string => {
  switch (error.code) {
    case 'event-log-unavailable':
      return `The event log can't be written now: ${error.reason}. Try again with the same Idempotency-Key.`
    case 'event-log-unreadable':
      return `The event log can't be read: ${error.reason}. See the server's log.`
    case 'server-stopping':
      return 'The server is stopping. Try again in a moment, with the same Idempotency-Key.'
    case 'too-many-commands':
      return `${error.waiting} commands wait already. Try again in a second, with the same Idempotency-Key.`
    case 'too-many-questions':
      return `${error.waiting} questions wait already, each of which takes a while. Ask again in a few seconds.`
    case 'command-crashed':
      return `The server failed at command ${error.commandId}; nothing was written. Its log has the details.`
  }
}
