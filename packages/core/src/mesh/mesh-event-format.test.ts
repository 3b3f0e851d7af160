import { readdirSync, readFileSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { decodeWith } from '../event-format/describe-decode-error.js'
import type { EventEnvelope } from '../event-format/event-envelope.js'
import { eventEnvelopeCodec } from '../event-format/event-envelope-codec.js'
import { eventsOf, sampleCreateMesh, sampleTime } from '../testing/sample-mesh.js'
import { commandId, eventId } from '../values/index.js'
import { startReplay } from './evolve.js'
import { eventSchemaVersions, type MeshEvent, type MeshEventType, meshEventTypes } from './mesh-event.js'
import { decodeMeshEvent, encodeMeshEvent } from './mesh-event-format.js'

const fixtures = new URL('../../fixtures/events/', import.meta.url)

const envelopeIn = (path: string): EventEnvelope => {
  const decoded = decodeWith(eventEnvelopeCodec, JSON.parse(readFileSync(new URL(path, fixtures), 'utf8')))
  if (E.isLeft(decoded)) throw new TypeError(`${path}: ${decoded.left.message}`)
  return decoded.right
}

const files = readdirSync(fixtures).flatMap((type) =>
  readdirSync(new URL(`${type}/`, fixtures)).map((file) => `${type}/${file}`),
)

describe('every version ever written', () => {
  test.each(files)('%s still decodes, and can be folded', (path) => {
    const [type, file] = path.split('/')
    const envelope = envelopeIn(path)
    expect([envelope.type, `v${envelope.schemaVersion}.json`]).toEqual([type, file])
    const decoded = decodeMeshEvent(envelope)
    if (E.isLeft(decoded)) throw new TypeError(decoded.left.message)
    const replaying = startReplay()
    replaying.apply(decoded.right)
    expect(replaying.finish().revision).toBe(0)
  })

  test.each(meshEventTypes)('%s has a fixture for each of its versions', (type) => {
    const versions = Array.from({ length: eventSchemaVersions[type] }, (_, i) => `v${i + 1}.json`)
    expect(files.filter((path) => path.startsWith(`${type}/`)).sort()).toEqual(
      versions.map((file) => `${type}/${file}`),
    )
  })

  test.each(meshEventTypes)('%s is written today as its newest fixture shows', (type) => {
    const envelope = envelopeIn(`${type}/v${eventSchemaVersions[type]}.json`)
    const decoded = decodeMeshEvent(envelope)
    if (E.isLeft(decoded)) throw new TypeError(decoded.left.message)
    expect(encodeMeshEvent(decoded.right, { ...envelope.metadata, eventId: envelope.eventId })).toEqual(envelope)
  })
})

const provenance = {
  eventId: eventId('e-1'),
  commandId: commandId('c-1'),
  actor: 'admin',
  reason: 'because',
  source: '203.0.113.9',
}
const [meshCreated] = eventsOf(sampleCreateMesh()) as readonly [MeshEvent]
const envelope = encodeMeshEvent(meshCreated, provenance)

describe('an envelope', () => {
  test('G9 says who, when, why, from where, and holds the event without its type', () => {
    expect(envelope).toMatchObject({ eventId: 'e-1', type: 'MeshCreated', schemaVersion: 1 })
    expect(envelope.metadata).toEqual({
      commandId: 'c-1',
      recordedAtEpochMs: sampleTime,
      actor: 'admin',
      reason: 'because',
      source: '203.0.113.9',
    })
    expect(Object.keys(envelope.data)).not.toContain('type')
  })

  const messageOf = (changed: Partial<EventEnvelope>) => {
    const decoded = decodeMeshEvent({ ...envelope, ...changed })
    return E.isLeft(decoded) ? `${decoded.left.code}: ${decoded.left.message}` : 'decodes'
  }

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', ''])('of type "%s" is none of ours', (type) => {
    expect(messageOf({ type: type as MeshEventType })).toMatch(/^event-from-the-future: .*update it/)
  })

  test('of a newer version is refused as such', () => {
    expect(messageOf({ schemaVersion: 2 })).toMatch(/^event-from-the-future: event "MeshCreated" has version 2/)
  })

  test('whose data is wrong is refused with the place', () => {
    expect(messageOf({ data: { ...envelope.data, controlRange4: '10.0.0.0/33' } })).toMatch(
      /^event-malformed: event MeshCreated: \$\.controlRange4: /,
    )
    expect(messageOf({ data: {} })).toMatch(/^event-malformed: /)
    expect(messageOf({ data: null as never })).toMatch(/^event-malformed: /)
  })

  test('keeps what nobody knows, however deep, out of the event', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)
    const data = JSON.parse(`{"__proto__":{"polluted":true},"more":1}`)
    const decoded = decodeMeshEvent({ ...envelope, data: { ...data, ...envelope.data, deep } })
    expect(decoded).toEqual(E.right(meshCreated))
    expect(E.isRight(decoded) && Object.keys(decoded.right).sort()).toEqual(Object.keys(meshCreated).sort())
  })

  test('whose data claims another type is what the envelope says', () => {
    const decoded = decodeMeshEvent({ ...envelope, data: { ...envelope.data, type: 'HostRemoved' } })
    expect(E.isRight(decoded) && decoded.right).toEqual(meshCreated)
  })
})

describe('a host registered by an earlier version', () => {
  const first = envelopeIn('HostRegistered/v1.json')

  test('A3 enrolled from nobody knows where, and is written anew as the second version', () => {
    const decoded = decodeMeshEvent(first)
    if (E.isLeft(decoded)) throw new TypeError(decoded.left.message)
    expect(decoded.right).toEqual({ type: 'HostRegistered', ...first.data, enrolledFrom: null })
    const again = encodeMeshEvent(decoded.right, { ...first.metadata, eventId: first.eventId })
    expect(again).toMatchObject({ schemaVersion: 2, data: { ...first.data, enrolledFrom: null } })
  })

  test('can not be of the second version without the address', () => {
    const decoded = decodeMeshEvent({ ...first, schemaVersion: 2 })
    expect(decoded).toMatchObject({ left: { code: 'event-malformed' } })
  })
})
