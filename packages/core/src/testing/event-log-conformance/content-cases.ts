import type { EventEnvelope } from '../../event-format/event-envelope.js'
import { appended, assertStreamHolds, sampleEvent, sampleEvents } from './assertions.js'
import type { EventLogCase } from './conformance-case.js'

const awkwardTexts = [
  '',
  'grüße, 世界, שלום, 🦊👩‍👩‍👧',
  'e\u0301 is not é',
  'line\nbreak\r\ttab',
  'nul \u0000 inside',
  '\u2028 and \ufeff',
  'half a pair \ud83e',
  `quotes ' " \` and \\ and %s ; --`,
]

const awkwardNumbers = [
  0,
  -1,
  1.5,
  0.1 + 0.2,
  1e21,
  5e-324,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  Number.MAX_VALUE,
]

const awkwardShapes = {
  empty: [{}, [], [[]], ''],
  nothing: null,
  nested: { null: null, list: [null, false, true, 0, ''] },
  keys: JSON.parse('{"":1,"__proto__":{"a":1},"constructor":2,"a.b":3,"$ref":4}'),
}

const hostileStreams = [
  "mesh-'; DROP TABLE events; --",
  'mesh-%',
  'mesh-_',
  'mesh-"quoted"',
  'mesh-\\',
  'mesh-\u0000',
  'mesh-\u0000a',
  'mesh-é',
  'mesh-e\u0301',
  'mesh-A',
  'mesh-a',
  'mesh-a ',
  'mesh-1',
  'mesh-1.0',
  'mesh-01',
  '__proto__',
  'constructor',
  '../mesh',
  `mesh-${'x'.repeat(400)}`,
  `mesh-${'x'.repeat(399)}y`,
]

/** JSON goes in and the same JSON comes out, and a stream's name is nothing but a name. */
export const contentCases: readonly EventLogCase[] = [
  { name: 'texts of every kind are kept', run: ({ log }) => keeps(log, awkwardTexts) },
  { name: 'numbers are kept exactly', run: ({ log }) => keeps(log, awkwardNumbers) },
  { name: 'null, empty and nested values and odd keys are kept', run: ({ log }) => keeps(log, [awkwardShapes]) },
  {
    name: 'a payload of 256 KB is kept',
    run: async ({ log }) => {
      const large = sampleEvent(1, { text: '0123456789abcdef'.repeat(16 * 1024), n: 1 })
      await appended(log, -1, [sampleEvent(0), large, sampleEvent(2)])
      await assertStreamHolds(log, [sampleEvent(0), large, sampleEvent(2)])
    },
  },
  {
    name: 'type, version and metadata are kept',
    run: async ({ log }) => {
      const plain = sampleEvent(0)
      const odd: EventEnvelope = {
        ...sampleEvent(1),
        type: 'Sample Happened/2 ü',
        schemaVersion: 17,
        metadata: { ...plain.metadata, actor: 'host:ü "x"', reason: '', source: '2001:db8::1 🦊' },
      }
      await appended(log, -1, [plain, odd])
      await assertStreamHolds(log, [plain, odd])
    },
  },
  {
    name: "a stream's name is taken literally",
    run: async ({ log }) => {
      for (const [i, name] of hostileStreams.entries()) await appended(log, -1, sampleEvents(i, i + 1), name)
      for (const [i, name] of hostileStreams.entries()) await assertStreamHolds(log, sampleEvents(i, i + 1), name)
      await assertStreamHolds(log, [], 'mesh-')
    },
  },
]

async function keeps(log: Parameters<typeof appended>[0], values: readonly unknown[]): Promise<void> {
  const events = values.map((value, i) => sampleEvent(i, { value }))
  await appended(log, -1, events)
  await assertStreamHolds(log, events)
}
