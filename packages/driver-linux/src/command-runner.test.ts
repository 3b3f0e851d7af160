import { existsSync, readdirSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { createCommandRunner } from './command-runner.js'

const run = createCommandRunner()

describe('a program', () => {
  test('runs without a shell and its end is data', async () => {
    const ended = await run({ file: 'printf', args: ['%s', '$HOME; `id`'] })
    expect(ended).toEqual(E.right({ exitCode: 0, stdout: '$HOME; `id`', stderr: '' }))
    expect(await run({ file: 'ls', args: ['/nonexistent'] })).toMatchObject({ right: { exitCode: 2 } })
  })

  test('gets the C locale, a PATH, and nothing else of ours', async () => {
    const ended = await createCommandRunner({ path: '/usr/bin:/bin' })({ file: 'env', args: [] })
    expect(ended).toMatchObject({ right: { stdout: 'PATH=/usr/bin:/bin\nLC_ALL=C\n' } })
  })

  test('can open its stdin by name, as wg does, and read it from the beginning', async () => {
    const twice = ['/dev/stdin', '/dev/stdin']
    expect(await run({ file: 'cat', args: twice, stdin: 'secret' })).toMatchObject({
      right: { stdout: 'secretsecret' },
    })
    expect(await run({ file: 'cat', args: [], stdin: 'secret' })).toMatchObject({ right: { stdout: 'secret' } })
  })

  test('leaves no file behind', async () => {
    const leftovers = () =>
      existsSync('/dev/shm') ? readdirSync('/dev/shm').filter((n) => n.startsWith('meshfold-')) : []
    await run({ file: 'cat', args: [], stdin: 'secret' })
    expect(leftovers()).toEqual([])
  })

  test('that is missing, hangs or talks too much is a failure', async () => {
    const strict = createCommandRunner({ timeoutMs: 100, outputLimitBytes: 1_000 })
    expect(await strict({ file: 'no-such-program', args: [] })).toEqual(E.left({ code: 'program-missing' }))
    expect(await strict({ file: 'sleep', args: ['60'] })).toEqual(E.left({ code: 'timed-out', afterMs: 100 }))
    expect(await strict({ file: 'yes', args: [] })).toEqual(E.left({ code: 'output-too-long', limitBytes: 1_000 }))
    // A grandchild holds the pipes: the end must come all the same.
    expect(await strict({ file: 'sh', args: ['-c', 'sleep 3 & wait'] })).toMatchObject({ left: { code: 'timed-out' } })
  })

  test('that a prefix can not find is missing too', async () => {
    const inside = createCommandRunner({ prefix: ['env', '--'] })
    expect(await inside({ file: 'no-such-program', args: [] })).toEqual(E.left({ code: 'program-missing' }))
    expect(await inside({ file: 'echo', args: ['hello'] })).toMatchObject({ right: { stdout: 'hello\n' } })
  })
})

describe('a program that stays behind', () => {
  test('is not waited for, although it keeps its outputs open', async () => {
    const startedAt = performance.now()
    const daemon = { file: 'sh', args: ['-c', 'sleep 2 & echo advice >&2; exit 3'], staysBehind: true }
    expect(await run(daemon)).toEqual(E.right({ exitCode: 3, stdout: '', stderr: 'advice\n' }))
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  test('that never gets ready is a failure', async () => {
    const impatient = createCommandRunner({ timeoutMs: 100 })
    const daemon = { file: 'sleep', args: ['60'], staysBehind: true }
    expect(await impatient(daemon)).toEqual(E.left({ code: 'timed-out', afterMs: 100 }))
    const missing = { file: 'no-such-program', args: [], staysBehind: true }
    expect(await impatient(missing)).toEqual(E.left({ code: 'program-missing' }))
  })
})
