/**
 * Old events live for ever; the rest of the program knows the newest version only. Whoever changes the shape of an event
 * raises its current version and adds one function that lifts the previous version's data. Decoding comes after: these
 * functions see data that nobody has checked.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { EventEnvelope } from './event-envelope.js'
import { quoteUntrusted } from './untrusted-text.js'

/** Data of an event, of whatever version. */
export type EventData = Readonly<Record<string, unknown>>

/** By event type: entry 0 lifts version 1 to 2, entry 1 lifts 2 to 3 … Each returns new data and leaves its input alone. */
export type Upcasters = Readonly<Record<string, readonly ((data: EventData) => EventData)[]>>

/** Why an event can't be lifted; `message` says it in English. */
export type UpcastError =
  /** A newer program wrote it: its type is unknown here (`knownVersion` is null), or its version. */
  | {
      readonly code: 'event-from-the-future'
      readonly eventType: string
      readonly schemaVersion: number
      readonly knownVersion: number | null
      readonly message: string
    }
  /** The old data isn't what its version promised. */
  | {
      readonly code: 'event-upcast-failed'
      readonly eventType: string
      readonly schemaVersion: number
      readonly message: string
    }

/** Lifts an event to the current version of its type; one that has it already is returned as it is. */
export type UpcastEvent = (envelope: EventEnvelope) => E.Either<UpcastError, EventEnvelope>

/**
 * Makes the function that lifts events, from the current version of every known type and the steps that lead there.
 * Throws a `TypeError` when a type's steps don't add up to its current version: a mistake in the program.
 */
export function createUpcaster(upcasters: Upcasters, currentVersions: Readonly<Record<string, number>>): UpcastEvent {
  const stepsByType = new Map(Object.entries(upcasters))
  const versionByType = new Map(Object.entries(currentVersions))
  for (const type of new Set([...stepsByType.keys(), ...versionByType.keys()])) {
    const steps = stepsByType.get(type)?.length ?? 0
    if (versionByType.get(type) === steps + 1) continue
    throw new TypeError(`${type}: ${steps} upcasters lead to version ${steps + 1}, not ${versionByType.get(type)}`)
  }

  return (envelope) => {
    const knownVersion = versionByType.get(envelope.type) ?? null
    if (knownVersion === null || envelope.schemaVersion > knownVersion)
      return E.left(fromTheFuture(envelope, knownVersion))
    if (envelope.schemaVersion === knownVersion) return E.right(envelope)
    if (!Number.isSafeInteger(envelope.schemaVersion) || envelope.schemaVersion < 1) return E.left(malformed(envelope))
    const steps = (stepsByType.get(envelope.type) ?? []).slice(envelope.schemaVersion - 1)
    return lift(envelope, steps, knownVersion)
  }
}

function lift(
  envelope: EventEnvelope,
  steps: Upcasters[string],
  knownVersion: number,
): E.Either<UpcastError, EventEnvelope> {
  try {
    const data = steps.reduce((older, step) => step(older), envelope.data)
    return E.right({ ...envelope, schemaVersion: knownVersion, data })
  } catch {
    return E.left(malformed(envelope))
  }
}

function malformed({ type, schemaVersion }: EventEnvelope): UpcastError {
  const message = `event ${quoteUntrusted(type)} does not hold what its version ${schemaVersion} promises`
  return { code: 'event-upcast-failed', eventType: type, schemaVersion, message }
}

function fromTheFuture({ type, schemaVersion }: EventEnvelope, knownVersion: number | null): UpcastError {
  const known =
    knownVersion === null ? 'this server does not know that event' : `this server knows up to ${knownVersion}`
  const message = `event ${quoteUntrusted(type)} has version ${schemaVersion} and ${known}: this server is older than the log: update it`
  return { code: 'event-from-the-future', eventType: type, schemaVersion, knownVersion, message }
}
