/** Law 8 for events and commands: what is written is read back alike, and whatever else comes gets a described error. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { describe, expect, test } from 'vitest'
import { hostileJson, tamperedJson } from '../../test/hostile-json.js'
import { lawRuns } from '../../test/law-runs.js'
import { decodeWith } from '../event-format/describe-decode-error.js'
import type { EventEnvelope } from '../event-format/event-envelope.js'
import { eventEnvelopeCodec } from '../event-format/event-envelope-codec.js'
import { arbitraryMeshCommand, arbitraryMeshEvent, meshHistory } from '../testing/arbitraries/mesh.js'
import { sampleTime } from '../testing/sample-mesh.js'
import { commandId, eventId } from '../values/index.js'
import { unchangedCheck } from '../values/unchanged-check.js'
import { decide } from './decide.js'
import { replay } from './evolve.js'
import { type MeshCommand, meshCommandCodec, meshCommandCodecs, meshCommandTypes } from './mesh-command.js'
import { eventCodecs, meshEventTypes } from './mesh-event.js'
import { type DecodeEventError, decodeMeshEvent, encodeMeshEvent } from './mesh-event-format.js'
import { emptyMeshState } from './mesh-state.js'

const longestMessage = 4000
const provenance = { eventId: eventId('e'), commandId: commandId('c'), actor: 'admin', reason: null, source: null }
const throughJson = <A>(value: A): A => JSON.parse(JSON.stringify(value))

describe('events', () => {
  test('each is read back from JSON as it was written', () => {
    fc.assert(
      fc.property(meshHistory(), ({ events }) => {
        for (const event of events)
          expect(decodeMeshEvent(throughJson(encodeMeshEvent(event, provenance)))).toEqual(E.right(event))
      }),
      lawRuns(),
    )
  })

  test('the quick check knows every event, and takes nothing that its codec would refuse or change', () => {
    const tampered = arbitraryMeshEvent.chain((event) => fc.tuple(fc.constant(event), tamperedJson(fc.constant(event))))
    fc.assert(
      fc.property(tampered, ([event, input]) => {
        const codec: t.Decoder<unknown, unknown> = eventCodecs[event.type]
        const check = unchangedCheck(codec)
        expect(check(throughJson(event))).toBe(true)
        const decoded = codec.decode(input)
        if (check(input)) expect(E.isRight(decoded) && decoded.right).toBe(input)
      }),
      lawRuns(2),
    )
  })

  const envelopeWith = (type: string, data: unknown): EventEnvelope =>
    ({
      ...provenance,
      type,
      schemaVersion: 1,
      data,
      metadata: { ...provenance, recordedAtEpochMs: sampleTime },
    }) as never

  const decodedOrMessage = (envelope: EventEnvelope) =>
    E.mapLeft(({ message }: DecodeEventError) => message)(decodeMeshEvent(envelope))

  test('anything else is described, never thrown', () => {
    fc.assert(
      fc.property(fc.constantFrom(...meshEventTypes, 'constructor', '__proto__'), hostileJson, (type, data) => {
        const decoded = decodeMeshEvent(envelopeWith(type, data))
        expect(E.isLeft(decoded)).toBe(true)
        if (E.isLeft(decoded)) expect(decoded.left.message.length).toBeLessThan(longestMessage)
      }),
      lawRuns(2),
    )
  })

  test('one thing wrong somewhere is described, or does no harm', () => {
    const tampered = tamperedJson(arbitraryMeshEvent.map((event) => encodeMeshEvent(event, provenance)))
    fc.assert(
      fc.property(tampered, (input) => {
        const envelope = decodeWith(eventEnvelopeCodec, input)
        const event = E.isLeft(envelope) ? E.left(envelope.left.message) : decodedOrMessage(envelope.right)
        if (E.isLeft(event)) expect(event.left.length).toBeLessThan(longestMessage)
        else expect(replay([event.right]).revision).toBe(0)
        expect(({} as Record<string, unknown>).polluted).toBeUndefined()
      }),
      lawRuns(2),
    )
  })
})

describe('commands', () => {
  test('each is read back from JSON as it was written', () => {
    fc.assert(
      fc.property(meshHistory(), ({ commands }) => {
        for (const command of commands) {
          expect(meshCommandCodec.decode(throughJson(command))).toEqual(E.right(command))
          expect(meshCommandCodec.encode(command)).toEqual(command)
          expect(meshCommandCodecs[command.type].is(command)).toBe(true)
        }
      }),
      lawRuns(0.5),
    )
  })

  test('anything else is described, never thrown', () => {
    const typed = fc.tuple(fc.constantFrom(...meshCommandTypes, 'constructor'), hostileJson).map(([type, rest]) => ({
      ...(typeof rest === 'object' ? rest : { rest }),
      type,
    }))
    fc.assert(
      fc.property(fc.oneof(hostileJson, typed), (input) => {
        const decoded = decodeWith(meshCommandCodec, input)
        expect(E.isLeft(decoded)).toBe(true)
        expect(meshCommandCodec.is(input)).toBe(false)
        if (E.isLeft(decoded)) expect(decoded.left.message.length).toBeLessThan(longestMessage)
      }),
      lawRuns(2),
    )
  })

  test('one thing wrong somewhere is described, or still a command; decide agrees with the codec', () => {
    fc.assert(
      fc.property(tamperedJson(arbitraryMeshCommand), (input) => {
        const decoded = decodeWith(meshCommandCodec, input)
        expect(meshCommandCodec.is(input)).toBe(E.isRight(decoded))
        const decision = decide(input as MeshCommand, emptyMeshState())
        const isMalformed = E.isLeft(decision) && decision.left.code === 'command-malformed'
        expect(isMalformed).toBe(E.isLeft(decoded))
      }),
      lawRuns(2),
    )
  })
})
