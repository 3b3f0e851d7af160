/** The text of a journal: a line an entry, each behind a checksum, so that damage is seen and not believed. */
import { createHash } from 'node:crypto'
import { type AsOf, decodeWith, patchCodec, snapshotCodec } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ConfigEntry } from './config-store.js'

const count = t.refinement(t.number, (n) => Number.isSafeInteger(n) && n >= -1, 'a count')
const asOfCodec: t.Type<AsOf, unknown> = t.strict({ epoch: count, revision: count })

const entryCodecs: Readonly<Record<ConfigEntry['kind'], t.Mixed>> = {
  snapshot: t.strict({ kind: t.literal('snapshot'), snapshot: snapshotCodec }),
  patch: t.strict({ kind: t.literal('patch'), patch: patchCodec }),
  reached: t.strict({ kind: t.literal('reached'), asOf: asOfCodec }),
  applied: t.strict({ kind: t.literal('applied'), asOf: asOfCodec }),
}

const CHECKSUM_CHARACTERS = 16

/** The first line: whose journal it is, and how it is written. */
export const headLine = (viewer: string): string => lineOf(JSON.stringify({ format: 1, viewer }))

/** One entry, its line break included. */
export const entryLine = (entry: ConfigEntry): string => lineOf(JSON.stringify(entry))

/** What a journal's text holds. */
export interface ReadJournal {
  readonly entries: readonly ConfigEntry[]
  /** Bytes that may be built upon: what follows is to be cut off. */
  readonly soundBytes: number
  /** Why what follows is not believed; `null` when nothing does, or only a line that a crash cut off. */
  readonly damage: string | null
}

/** Reads up to the first line that can't be believed. */
export function readJournal(text: string, viewer: string): ReadJournal {
  const entries: ConfigEntry[] = []
  let at = 0
  let soundBytes = 0
  for (let number = 1; at < text.length; number++) {
    const end = text.indexOf('\n', at)
    // Written in one go, so only a crash leaves a line without its end.
    if (end === -1) return { entries, soundBytes, damage: null }
    const read = number === 1 ? readHead(text.slice(at, end), viewer) : readEntry(text.slice(at, end))
    if (E.isLeft(read)) return { entries, soundBytes, damage: `line ${number}: ${read.left}` }
    if (read.right !== undefined) entries.push(read.right)
    soundBytes += Buffer.byteLength(text.slice(at, end + 1))
    at = end + 1
  }
  return { entries, soundBytes, damage: null }
}

const lineOf = (json: string): string => `${checksum(json)} ${json}\n`

const checksum = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, CHECKSUM_CHARACTERS)

function readHead(line: string, viewer: string): E.Either<string, undefined> {
  const json = readLine(line)
  if (E.isLeft(json)) return json
  const head = json.right as { readonly format?: unknown; readonly viewer?: unknown } | null
  if (head?.format !== 1) return E.left('another format')
  return head.viewer === viewer ? E.right(undefined) : E.left("another host's")
}

function readEntry(line: string): E.Either<string, ConfigEntry> {
  const json = readLine(line)
  if (E.isLeft(json)) return json
  const kind = (json.right as { readonly kind?: unknown } | null)?.kind
  const codec = Object.hasOwn(entryCodecs, String(kind)) ? entryCodecs[kind as ConfigEntry['kind']] : undefined
  if (codec === undefined) return E.left('an entry of no known kind')
  const decoded = decodeWith(codec as t.Type<ConfigEntry, unknown>, json.right)
  return E.isLeft(decoded) ? E.left(decoded.left.message) : decoded
}

function readLine(line: string): E.Either<string, unknown> {
  const json = line.slice(CHECKSUM_CHARACTERS + 1)
  if (line.slice(0, CHECKSUM_CHARACTERS + 1) !== `${checksum(json)} `) return E.left('its checksum is wrong')
  try {
    return E.right(JSON.parse(json))
  } catch {
    return E.left('it is no JSON')
  }
}
