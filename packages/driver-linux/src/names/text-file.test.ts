import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readTextFile, rewriteTextFile, writeHindrance } from './text-file.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meshfold-text-file-'))
  mkdirSync(join(root, 'etc'))
})
afterEach(() => rmSync(root, { recursive: true }))

const place = () => ({ rootFolder: root, interfaceName: 'wg0' })
const at = (path: string) => join(root, path)
const rewrite = (rewriting: (text: string | undefined) => string | undefined) =>
  rewriteTextFile(place(), '/etc/hosts', 'test', rewriting)

describe('a file is replaced', () => {
  test('with its mode, byte for byte, and nothing beside it', async () => {
    writeFileSync(at('etc/hosts'), Buffer.from([0x61, 0xff, 0x0a]))
    chmodSync(at('etc/hosts'), 0o640)
    expect(await rewrite((text) => `${text}b\n`)).toEqual(E.right(undefined))
    expect([...readFileSync(at('etc/hosts'))]).toEqual([0x61, 0xff, 0x0a, 0x62, 0x0a])
    expect(statSync(at('etc/hosts')).mode & 0o777).toBe(0o640)
    expect(readdirSync(at('etc'))).toEqual(['hosts'])
  })

  test('where a link leads, and the link stays', async () => {
    mkdirSync(at('run'))
    writeFileSync(at('run/real'), 'a\n')
    symlinkSync('../run/link', at('etc/hosts'))
    symlinkSync('/run/real', at('run/link'))
    await rewrite(() => 'b\n')
    expect(readFileSync(at('run/real'), 'utf8')).toBe('b\n')
    expect(readdirSync(at('etc'))).toEqual(['hosts'])
    expect(await readTextFile(place(), '/etc/hosts', 'test')).toEqual(E.right({ path: '/run/real', text: 'b\n' }))
  })

  test('what others write meanwhile stays', async () => {
    writeFileSync(at('etc/hosts'), 'a\n')
    let isFirst = true
    await rewrite((text) => {
      if (isFirst) writeFileSync(at('etc/hosts'), 'a\ntheirs\n')
      isFirst = false
      return `${text}ours\n`
    })
    expect(readFileSync(at('etc/hosts'), 'utf8')).toBe('a\ntheirs\nours\n')
  })

  test('a draft that somebody left who was killed is in nobody’s way', async () => {
    writeFileSync(at('etc/.hosts.meshfold-wg0'), 'half')
    await rewrite(() => 'b\n')
    expect(readdirSync(at('etc'))).toEqual(['hosts'])
  })
})

test('a file comes and goes', async () => {
  await rewrite((text) => (text === undefined ? 'new\n' : text))
  expect(statSync(at('etc/hosts')).mode & 0o777).toBe(0o644)
  await rewrite(() => undefined)
  expect(await readTextFile(place(), '/etc/hosts', 'test')).toEqual(E.right({ path: '/etc/hosts', text: undefined }))
})

test('what can not be written is said, and nothing is thrown', async () => {
  expect(await writeHindrance(place(), '/etc/hosts')).toBeUndefined()
  expect(await writeHindrance(place(), '/gone/hosts')).toBe("/gone/hosts can't be written")
  const refused = await rewriteTextFile(place(), '/gone/hosts', 'test', () => 'a')
  expect(refused).toMatchObject(E.left({ code: 'host-refused', action: 'test' }))
})
