/** Snapshots and patches that are well-formed and wrong: an agent takes them whole or refuses them, and never throws. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { snapshotsWithPatches } from '../../test/border-codecs.js'
import { tamperedJson } from '../../test/hostile-json.js'
import { lawRuns } from '../../test/law-runs.js'
import { decodeWith } from '../event-format/describe-decode-error.js'
import { patchCodec, snapshotCodec } from '../protocol/patch-codecs.js'
import { choosePaths } from './choose-paths.js'
import { expandHostConfig } from './expand-host-config.js'
import { applyPatch, type FragmentTable, tableOfSnapshot } from './fragment-table.js'

const decided = (table: FragmentTable): void => {
  const config = expandHostConfig(table)
  if (config !== undefined) choosePaths(config, new Map(), new Map(), undefined)
}
const contentOf = ({ fragments }: FragmentTable) => JSON.stringify([...fragments])

describe('whatever decodes', () => {
  test('as a snapshot becomes a config', () => {
    const spoilt = snapshotsWithPatches.chain(({ viewer, snapshot }) =>
      fc.tuple(fc.constant(viewer), tamperedJson(fc.constant(snapshot))),
    )
    fc.assert(
      fc.property(spoilt, ([viewer, input]) => {
        const snapshot = decodeWith(snapshotCodec, input)
        if (E.isRight(snapshot)) decided(tableOfSnapshot(viewer, snapshot.right))
      }),
      lawRuns(3),
    )
  })

  test('as a patch is applied, or refused and nothing is changed', () => {
    const spoilt = snapshotsWithPatches.chain(({ patch, ...held }) =>
      fc.tuple(fc.constant(held), tamperedJson(fc.constant(patch))),
    )
    fc.assert(
      fc.property(spoilt, ([{ viewer, snapshot }, input]) => {
        const patch = decodeWith(patchCodec, input)
        if (E.isLeft(patch)) return
        const table = tableOfSnapshot(viewer, snapshot)
        const before = contentOf(table)
        const outcome = applyPatch(table, patch.right)
        if (E.isRight(outcome)) decided(table)
        else expect(contentOf(table)).toBe(before)
      }),
      lawRuns(3),
    )
  })
})
