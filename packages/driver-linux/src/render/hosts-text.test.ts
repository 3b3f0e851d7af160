import { ipAddress, type NameLine } from '@meshfold/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readHosts, writeHosts } from './hosts-text.js'

const laptop: NameLine = { address: ipAddress('10.66.0.2'), names: ['laptop.home.mesh', 'laptop'] }
const printer: NameLine = { address: ipAddress('fd66::3'), names: ['printer.home.mesh'] }

const put = (text: string | undefined, lines: readonly NameLine[], mesh = 'wg0') => writeHosts(text, mesh, lines) ?? ''

const foreignLine = fc.constantFrom(
  '127.0.0.1\tlocalhost',
  '# a comment',
  '',
  '\t 10.1.2.3  printer  # of the office',
  '::1 ip6-localhost\r',
  '10.9.0.1 other # meshfold wg1',
  'caf\u00e9 \u00ff',
)
const foreignText = fc
  .record({ lines: fc.array(foreignLine, { maxLength: 6 }), isEnded: fc.boolean() })
  .map(({ lines, isEnded }) => lines.join('\n') + (isEnded && lines.length > 0 ? '\n' : ''))
const ownLines = fc.subarray([laptop, printer])

describe('a hosts file', () => {
  test('has our lines at its end, each marked, and those of others as they were', () => {
    expect(put('127.0.0.1\tlocalhost\n', [laptop, printer])).toBe(
      [
        '127.0.0.1\tlocalhost',
        '# Names of the mesh: who changes these lines finds them put right # meshfold wg0',
        '10.66.0.2 laptop.home.mesh laptop # meshfold wg0',
        'fd66::3 printer.home.mesh # meshfold wg0',
        '',
      ].join('\n'),
    )
  })

  test('reads as it was written, whatever others have in it', () => {
    fc.assert(
      fc.property(fc.option(foreignText, { nil: undefined }), ownLines, (text, lines) => {
        expect(readHosts(writeHosts(text, 'wg0', lines), 'wg0').lines).toEqual(lines)
      }),
    )
  })

  test('is the same again without our lines, to the byte, however often they changed', () => {
    fc.assert(
      fc.property(fc.option(foreignText, { nil: undefined }), fc.array(ownLines), (text, changes) => {
        const after = [...changes, []].reduce<string | undefined>((file, lines) => writeHosts(file, 'wg0', lines), text)
        expect(after).toBe(text)
      }),
    )
  })

  test('keeps what others put around our lines meanwhile', () => {
    fc.assert(
      fc.property(foreignText, foreignText, foreignText, ownLines, ownLines, (text, above, below, lines, later) => {
        const edited = `${above === '' ? '' : `${above}\n`}${put(text, lines)}${below}`
        const changed = put(edited, later)
        const foreign = (file: string) => file.split('\n').filter((line) => !line.includes('# meshfold wg0'))
        const isKept = (line: string) => line === '' || changed.split('\n').includes(line)
        expect(foreign(edited).every(isKept)).toBe(true)
        expect(writeHosts(changed, 'wg0', [])?.includes('# meshfold wg0')).toBe(false)
      }),
    )
  })

  test('has lines of two meshes beside each other, and each takes its own away', () => {
    const both = put(put('a\n', [laptop], 'wg0'), [printer], 'wg1')
    expect(readHosts(both, 'wg0').lines).toEqual([laptop])
    expect(readHosts(both, 'wg1').lines).toEqual([printer])
    expect(put(put(both, [], 'wg0'), [], 'wg1')).toBe('a\n')
  })

  test('is of two meshes whose interfaces are called nearly alike', () => {
    const both = put(put('a\n', [laptop], 'wg10'), [printer], 'wg1')
    expect(readHosts(both, 'wg1').lines).toEqual([printer])
    expect(readHosts(put(both, [], 'wg1'), 'wg10').lines).toEqual([laptop])
  })
})

describe('somebody', () => {
  const file = put('127.0.0.1 localhost\n', [laptop, printer])

  test.each([
    ['changes an address', file.replace('10.66.0.2', '10.66.0.9')],
    ['takes a line away', file.replace(/^fd66.*\n/m, '')],
    ['breaks a line', file.replace('10.66.0.2', '10.66.0')],
    ['takes the first line away', file.replace(/^# Names.*\n/m, '')],
    ['puts a line between', file.replace('fd66', '192.0.2.1 between\nfd66')],
    ['cuts the end off', file.slice(0, -1)],
  ])('%s, and it is seen and put right', (_, edited) => {
    expect(readHosts(edited, 'wg0').lines).not.toEqual([laptop, printer])
    const mended = put(edited, [laptop, printer])
    expect(readHosts(mended, 'wg0').lines).toEqual([laptop, printer])
    expect(mended.includes('192.0.2.1 between')).toBe(edited.includes('192.0.2.1 between'))
  })
})

test('names of others are taken, but not those of another mesh', () => {
  const text = put('127.0.0.1 localhost # here\n10.1.2.3 Printer NAS\n', [laptop], 'wg1')
  expect([...readHosts(text, 'wg0').taken].sort()).toEqual(['localhost', 'nas', 'printer'])
})
