import { type BrokenLog, broken, headOf, withData, withRead } from './broken-log.js'

/** Reads wrongly, or keeps content wrongly. */
export const brokenReads: readonly BrokenLog[] = [
  broken(
    'returns a page in the wrong order',
    'a page starts at its revision and holds at most what was asked for',
    withRead((events) => [...events].reverse()),
  ),
  broken('returns one event too many', 'a page starts at its revision and holds at most what was asked for', (log) => ({
    ...log,
    read: (stream, { fromRevision, maxCount }) => log.read(stream, { fromRevision, maxCount: maxCount + 1 }),
  })),
  broken(
    'cuts pages at 1,000',
    'ten thousand events in batches, read in one page and in many',
    withRead((events) => events.slice(0, 1000)),
  ),
  broken('repeats the last event behind the head', 'a page is short only at the head, and empty behind it', (log) => ({
    ...log,
    read: async (stream, { fromRevision, maxCount }) =>
      log.read(stream, { fromRevision: Math.min(fromRevision, Math.max(0, await headOf(log, stream))), maxCount }),
  })),
  broken(
    'starts behind the revision asked for',
    'a page starts at its revision and holds at most what was asked for',
    (log) => ({
      ...log,
      read: (stream, { fromRevision, maxCount }) => log.read(stream, { fromRevision: fromRevision + 1, maxCount }),
    }),
  ),
  broken(
    'normalises texts',
    'texts of every kind are kept',
    withData((data) => JSON.parse(JSON.stringify(data).normalize('NFC'))),
  ),
  broken(
    'ends texts at a nul',
    'texts of every kind are kept',
    withData((data) => JSON.parse(JSON.stringify(data).replace(/\\u0000[^"]*/g, ''))),
  ),
  broken(
    'rounds numbers',
    'numbers are kept exactly',
    withData((data) =>
      JSON.parse(JSON.stringify(data), (_key, value) => (typeof value === 'number' ? Math.fround(value) : value)),
    ),
  ),
  broken(
    'drops nulls',
    'null, empty and nested values and odd keys are kept',
    withData((data) => JSON.parse(JSON.stringify(data), (_key, value) => value ?? undefined)),
  ),
  broken(
    'cuts a large payload',
    'a payload of 256 KB is kept',
    withData((data) =>
      JSON.parse(JSON.stringify(data, (_key, value) => (typeof value === 'string' ? value.slice(0, 65_535) : value))),
    ),
  ),
  broken(
    'forgets where a command came from',
    'type, version and metadata are kept',
    withRead((events) =>
      events.map(({ revision, envelope }) => ({
        revision,
        envelope: { ...envelope, metadata: { ...envelope.metadata, source: null } },
      })),
    ),
  ),
  broken(
    'takes stream names for the same when only their case differs',
    "a stream's name is taken literally",
    (log) => ({
      ...log,
      append: (stream, expected, events) => log.append(stream.toLowerCase(), expected, events),
      read: (stream, options) => log.read(stream.toLowerCase(), options),
    }),
  ),
]
