/** How changes of fragments are read from the wire, as strictly as fragments. */
import * as t from 'io-ts'
import type { FragmentId, FragmentVersion } from '../host-config/fragment.js'
import type { Change, Patch, PatchChange, Snapshot } from '../host-config/fragment-change.js'
import { parseFragmentId } from '../host-config/fragment-id.js'
import { integerBetween } from '../mesh/event-parts.js'
import { nodeIdCodec } from '../values/index.js'
import { fragmentCodec } from './fragment-codecs.js'
import { asCodec, entryCodec, maxKeyLength, memberIdCodec, text } from './fragments/codec-parts.js'
import { nameEntryCodec } from './fragments/name-codecs.js'
import { tagged } from './tagged-codec.js'

/** A bound that no mesh comes near. */
const maxSequence = Number.MAX_SAFE_INTEGER

export const asOfCodec = t.strict(
  { epoch: integerBetween(0, maxSequence), revision: integerBetween(-1, maxSequence) },
  'as of',
)

export const fragmentIdCodec = text<FragmentId>(
  'FragmentId',
  (value) => value.length <= maxKeyLength && parseFragmentId(value) !== undefined,
  'must be a fragment id such as host:a1',
)

const versionPattern = /^[0-9a-f]{16}$/
export const fragmentVersionCodec = text<FragmentVersion>(
  'FragmentVersion',
  (value) => versionPattern.test(value),
  'must be 16 lower-case hex digits',
)

const setChange = <Op extends string, A>(op: Op, entry: t.Type<A, unknown>) =>
  t.strict({
    op: t.literal(op),
    from: fragmentVersionCodec,
    to: fragmentVersionCodec,
    add: t.readonlyArray(entry),
    remove: t.readonlyArray(memberIdCodec),
  })

const changeCodec: t.Type<Change, unknown> = tagged<Change>(
  'Change',
  'op',
  new Map<Change['op'], t.Type<Change, unknown>>([
    ['put', asCodec(t.strict({ op: t.literal('put'), to: fragmentVersionCodec, content: fragmentCodec }))],
    ['members', asCodec(setChange('members', asCodec<string>(nodeIdCodec)))],
    ['entries', asCodec(setChange('entries', asCodec<unknown>(entryCodec)))],
    ['names', asCodec(setChange('names', asCodec<unknown>(nameEntryCodec)))],
    ['forget', asCodec(t.strict({ op: t.literal('forget') }))],
  ]),
)

const patchChangeCodec: t.Type<PatchChange, unknown> = asCodec(
  t.strict({ fragment: fragmentIdCodec, change: changeCodec }),
)

/** Reads a patch. */
export const patchCodec: t.Type<Patch, unknown> = asCodec(
  t.strict({ asOf: asOfCodec, changes: t.readonlyArray(patchChangeCodec) }),
)

/** Reads a snapshot. */
export const snapshotCodec: t.Type<Snapshot, unknown> = asCodec(
  t.strict({ asOf: asOfCodec, fragments: t.readonlyArray(fragmentCodec) }),
)
