/**
 * Our lines in a hosts file. Each says whose it is, so that whatever others do around them or to them, theirs and ours are told apart; the
 * first one says besides what the file was like without them, which makes it the same again, byte for byte.
 */
import { type NameLine, type ObservedNames, parseIpAddress } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** What of a hosts file is ours, and which names are taken. */
export type HostsReading = Pick<ObservedNames, 'lines' | 'taken'>

/** The file without our lines. */
interface Foreign {
  readonly before: string
  readonly after: string
  readonly own: readonly string[]
  /** Nothing of others stands between them. */
  readonly isOneBlock: boolean
}

const HEADER = '# Names of the mesh: who changes these lines finds them put right'
const LINE_ENDED = ', and the line before had no end'
const FILE_MADE = ', and there was no file'
const OF_ANY_MESH = / # meshfold \S+$/

const markOf = (interfaceName: string): string => ` # meshfold ${interfaceName}`

/** Reads a hosts file; `undefined`: there is none. */
export function readHosts(text: string | undefined, interfaceName: string): HostsReading {
  const foreign = splitHosts(text ?? '', interfaceName)
  const taken = takenNames(foreign)
  if (foreign.own.length === 0) return { lines: [], taken }
  const lines = foreign.own.slice(1).map((line) => parseOwnLine(line, interfaceName))
  const found = lines.filter((line) => line !== undefined)
  const isWhole = foreign.isOneBlock && found.length > 0 && writeHosts(text, interfaceName, found) === text
  return { lines: isWhole ? found : 'spoilt', taken }
}

/** The file with these lines of ours, in their place where they were; `undefined`: no file is left. */
export function writeHosts(
  text: string | undefined,
  interfaceName: string,
  lines: readonly NameLine[],
): string | undefined {
  const mark = markOf(interfaceName)
  const { before, after, own } = splitHosts(text ?? '', interfaceName)
  const header = own[0] ?? ''
  const wasMade = text === undefined || header.includes(FILE_MADE)
  const isOpenEnded = after === '' && (own.length === 0 ? isWithoutEnd(before) : header.includes(LINE_ENDED))
  if (lines.length === 0) {
    const rest = (isOpenEnded && own.length > 0 ? withoutLastEnd(before) : before) + after
    return wasMade && rest === '' ? undefined : rest
  }
  const notes = `${isOpenEnded ? LINE_ENDED : ''}${wasMade ? FILE_MADE : ''}`
  const block = [
    `${HEADER}${notes}${mark}`,
    ...lines.map(({ address, names }) => `${address} ${names.join(' ')}${mark}`),
  ]
  return `${before}${isWithoutEnd(before) ? '\n' : ''}${block.join('\n')}\n${after}`
}

const isWithoutEnd = (text: string): boolean => text !== '' && !text.endsWith('\n')

const withoutLastEnd = (text: string): string => (text.endsWith('\n') ? text.slice(0, -1) : text)

function splitHosts(text: string, interfaceName: string): Foreign {
  const mark = markOf(interfaceName)
  if (!text.includes(mark)) return { before: text, after: '', own: [], isOneBlock: true }
  const [before, after, own]: [string[], string[], string[]] = [[], [], []]
  let isOneBlock = true
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const isOwn = line.trimEnd().endsWith(mark)
    if (isOwn && after.length > 0) isOneBlock = false
    if (isOwn) own.push(line.trimEnd())
    else (own.length === 0 ? before : after).push(line)
  }
  return { before: before.join(''), after: after.join(''), own, isOneBlock }
}

function parseOwnLine(line: string, interfaceName: string): NameLine | undefined {
  const [first = '', ...names] = line.slice(0, -markOf(interfaceName).length).split(' ')
  const address = parseIpAddress(first)
  return E.isRight(address) && names.length > 0 ? { address: address.right, names } : undefined
}

/** What another mesh's agent put there is no reason to leave a name out: each would wait for the other. */
function takenNames({ before, after }: Foreign): ReadonlySet<string> {
  const taken = new Set<string>()
  for (const line of `${before}\n${after}`.split('\n')) {
    if (OF_ANY_MESH.test(line.trimEnd())) continue
    const [, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    for (const name of names) taken.add(name.toLowerCase())
  }
  return taken
}
