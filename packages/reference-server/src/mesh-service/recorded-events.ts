/** Commands' events on their way into the log and back. */
import {
  type CommandId,
  type Crypto,
  type DecodeEventError,
  decodeMeshEvent,
  type EventEnvelope,
  type EventId,
  encodeBase64,
  encodeMeshEvent,
  eventId,
  type MeshEvent,
  type RecordedEvent,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandContext } from './command-answer.js'

/** Events that one command led to, next to each other in the log. */
export interface CommandEvents {
  readonly commandId: CommandId
  readonly events: readonly MeshEvent[]
}

/** An event that can't be read, with its place. */
export interface UnreadableEvent {
  readonly revision: number
  readonly error: DecodeEventError
}

/** The same for the same command and place, so that a repeated append is recognised by the log. */
const eventIdOf = (crypto: Crypto, commandId: CommandId, index: number): EventId =>
  eventId(encodeBase64(crypto.sha256(new TextEncoder().encode(`${commandId}\n${index}`)).subarray(0, 24), 'url'))

/** What is appended for one command. */
export const envelopesOf = (
  crypto: Crypto,
  context: CommandContext,
  events: readonly MeshEvent[],
): readonly EventEnvelope[] =>
  events.map((event, index) =>
    encodeMeshEvent(event, { ...context, eventId: eventIdOf(crypto, context.commandId, index) }),
  )

/** Decodes events in order and puts those of one command together. Stops at the first that can't be read. */
export const groupByCommand = (
  recorded: readonly RecordedEvent[],
): E.Either<UnreadableEvent, readonly CommandEvents[]> => {
  const groups: { commandId: CommandId; events: MeshEvent[] }[] = []
  for (const { revision, envelope } of recorded) {
    const event = decodeMeshEvent(envelope)
    if (E.isLeft(event)) return E.left({ revision, error: event.left })
    const { commandId } = envelope.metadata
    const last = groups.at(-1)
    if (last?.commandId === commandId) last.events.push(event.right)
    else groups.push({ commandId, events: [event.right] })
  }
  return E.right(groups)
}
