import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { commandId, epochMs, eventId } from '../values/index.js'
import type { EventEnvelope } from './event-envelope.js'
import { createUpcaster } from './upcast-event.js'

/** An invented event: version 1 had a room's name, 2 a list of rooms, 3 a brightness in percent. */
const upcast = createUpcaster(
  {
    LampLit: [
      ({ room, ...rest }) => ({ ...rest, rooms: [room] }),
      (data) => ({ ...data, brightnessPercent: (data.rooms as unknown[]).length * 10 }),
    ],
  },
  { LampLit: 3, LampBroken: 1 },
)

function lampLit(schemaVersion: number, data: EventEnvelope['data'], type = 'LampLit'): EventEnvelope {
  const metadata = {
    commandId: commandId('c-1'),
    recordedAtEpochMs: epochMs(1),
    actor: 'admin',
    reason: null,
    source: null,
  }
  return Object.freeze({ eventId: eventId('e-1'), type, schemaVersion, data: Object.freeze(data), metadata })
}

describe('createUpcaster', () => {
  test('lifts from the first version through every step', () => {
    const lifted = upcast(lampLit(1, { lampId: 'l', room: 'hall' }))
    expect(lifted).toEqual(E.right(lampLit(3, { lampId: 'l', rooms: ['hall'], brightnessPercent: 10 })))
  })

  test('lifts from the middle', () => {
    expect(upcast(lampLit(2, { rooms: ['a', 'b'] }))).toEqual(
      E.right(lampLit(3, { rooms: ['a', 'b'], brightnessPercent: 20 })),
    )
  })

  test('returns the current version as it is', () => {
    const envelope = lampLit(3, { anything: true })
    const lifted = upcast(envelope)
    expect(E.isRight(lifted) && lifted.right).toBe(envelope)
  })

  test('lifting twice changes nothing more', () => {
    const once = upcast(lampLit(1, { room: 'hall' }))
    expect(E.isRight(once) && upcast(once.right)).toEqual(once)
  })

  test('a newer version is from the future', () => {
    expect(upcast(lampLit(4, {}))).toEqual(
      E.left({
        code: 'event-from-the-future',
        eventType: 'LampLit',
        schemaVersion: 4,
        knownVersion: 3,
        message:
          'event "LampLit" has version 4 and this server knows up to 3: this server is older than the log: update it',
      }),
    )
  })

  test.each(['LampStolen', 'constructor', '__proto__', 'toString'])(
    'the unknown type %s is from the future',
    (type) => {
      expect(upcast(lampLit(1, {}, type))).toMatchObject(
        E.left({ code: 'event-from-the-future', eventType: type, schemaVersion: 1, knownVersion: null }),
      )
    },
  )

  test.each([0, -1, 1.5, Number.NaN])('version %d is nothing that was ever written', (version) => {
    expect(upcast(lampLit(version, {}))).toMatchObject(E.left({ code: 'event-upcast-failed' }))
  })

  test('an upcaster that trips over malformed data is an error, not a throw', () => {
    expect(upcast(lampLit(2, {}))).toEqual(
      E.left({
        code: 'event-upcast-failed',
        eventType: 'LampLit',
        schemaVersion: 2,
        message: 'event "LampLit" does not hold what its version 2 promises',
      }),
    )
  })

  test('steps that do not add up to the current version are a mistake in the program', () => {
    expect(() => createUpcaster({ LampLit: [(data) => data] }, { LampLit: 3 })).toThrow('LampLit')
    expect(() => createUpcaster({ LampLit: [(data) => data] }, {})).toThrow('LampLit')
    expect(() => createUpcaster({}, { LampLit: 2 })).toThrow('LampLit')
  })
})
