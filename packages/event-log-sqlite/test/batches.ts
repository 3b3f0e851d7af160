import { commandId, type EventEnvelope, epochMs, eventId, type RecordedEvent } from '@meshfold/core'

/** A batch as it was tried or acknowledged by a child process: one line of its output. */
export interface BatchLine {
  readonly kind: 'try' | 'ack'
  readonly stream: string
  readonly expectedRevision: number
  readonly name: string
  readonly size: number
}

/** The events of a batch, made from its name and size alone, so that two processes agree on them. */
export function batchOf(name: string, size: number): readonly EventEnvelope[] {
  return Array.from({ length: size }, (_, index) => ({
    eventId: eventId(`${name}-${index}`),
    type: 'SampleHappened',
    schemaVersion: 1,
    data: { batch: name, size, index, padding: 'x'.repeat((index * 97) % 2000) },
    metadata: {
      commandId: commandId(name),
      recordedAtEpochMs: epochMs(1_700_000_000_000),
      actor: 'crash-test',
      reason: null,
      source: null,
    },
  }))
}

/** One line, with its end. */
export function writeLine({ kind, stream, expectedRevision, name, size }: BatchLine): string {
  return `${kind} ${stream} ${expectedRevision} ${name} ${size}\n`
}

/** The whole lines of an output; what follows the last line end was cut off. */
export function readLines(output: string): readonly BatchLine[] {
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [kind, stream = '', expectedRevision, name = '', size] = line.split(' ')
      return {
        kind: kind as BatchLine['kind'],
        stream,
        expectedRevision: Number(expectedRevision),
        name,
        size: Number(size),
      }
    })
}

/** What is wrong with a run of events from `fromRevision` on: gaps, parts of batches, batches twice. Empty when all is well. */
export function flawsOf(events: readonly RecordedEvent[], fromRevision: number): readonly string[] {
  const flaws: string[] = []
  const seen = new Set<string>()
  for (let i = 0; i < events.length; ) {
    const { batch, size } = (events[i]?.envelope.data ?? {}) as { batch: string; size: number }
    if (seen.has(batch)) flaws.push(`${batch} is there twice`)
    seen.add(batch)
    const expected = batchOf(batch, size).map((envelope, n) => canonical({ revision: fromRevision + i + n, envelope }))
    const found = events.slice(i, i + size).map(canonical)
    if (found.join() !== expected.join()) flaws.push(`${batch} at ${fromRevision + i} is not whole`)
    i += Math.max(1, size)
  }
  return flaws
}

function canonical({ revision, envelope }: RecordedEvent): string {
  const { eventId, type, schemaVersion, data, metadata } = envelope
  return JSON.stringify([revision, eventId, type, schemaVersion, data, metadata])
}
