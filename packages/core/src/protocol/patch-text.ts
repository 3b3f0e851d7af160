/**
 * Texts of patches. Whatever many are sent is encoded once: each change, what a patch shares with others, and runs of changes in long
 * lists, because lists of thousands that differ in a few places are the rule: nobody is sent what is about itself.
 */
import type { PatchChange } from '../host-config/fragment-change.js'
import { keptFragmentText } from '../host-config/fragment-text.js'
import { partsOfPatch } from '../host-config/shared-patch.js'

/** The changes' texts with commas between them. */
export const patchText = (changes: readonly PatchChange[]): string => {
  const parts = partsOfPatch(changes)
  if (parts === undefined) return textOfList(changes)
  const known = textsOfShared.get(parts.shared) ?? textOfList(parts.shared)
  textsOfShared.set(parts.shared, known)
  return parts.shared.length === 0 ? textOfList(parts.own) : `${textOfList(parts.own)},${known}`
}

const textsOfShared = new WeakMap<readonly PatchChange[], string>()

const textOfList = (changes: readonly PatchChange[]): string => {
  if (changes.length < shortestWithRuns) return changes.map(textOfChange).join(',')
  let text = ''
  for (let at = 0; at < changes.length; ) {
    const run = runAt(changes, at)
    text = at === 0 ? run.text : `${text},${run.text}`
    at += run.changes.length
  }
  return text
}

const shortestWithRuns = 64

/** Changes that stood together in a list. */
interface Run {
  readonly changes: readonly PatchChange[]
  readonly text: string
}

const runsByFirst = new WeakMap<PatchChange, Run>()

const runAt = (changes: readonly PatchChange[], at: number): Run => {
  const first = changes[at] as PatchChange
  const known = runsByFirst.get(first)
  if (known?.changes.every((change, offset) => changes[at + offset] === change)) return known
  let end = at + 1
  while (end < changes.length && !endsRun(changes[end - 1] as PatchChange)) end += 1
  const part = changes.slice(at, end)
  const run = { changes: part, text: part.map(textOfChange).join(',') }
  runsByFirst.set(first, run)
  return run
}

/** One in 32 does: so runs begin and end at the same changes in lists that are nearly alike. */
const endsRun = ({ change }: PatchChange): boolean =>
  change.op === 'put' && change.to.endsWith('0') && change.to.charCodeAt(change.to.length - 2) % 2 === 0

const texts = new WeakMap<PatchChange, string>()

const textOfChange = (change: PatchChange): string => {
  const known = texts.get(change)
  if (known !== undefined) return known
  const text = freshText(change)
  texts.set(change, text)
  return text
}

const freshText = ({ fragment, change }: PatchChange): string => {
  if (change.op !== 'put') return JSON.stringify({ fragment, change })
  const { op, to, content } = change
  return `{"fragment":${JSON.stringify(fragment)},"change":{"op":"${op}","to":"${to}","content":${keptFragmentText(content)}}}`
}
