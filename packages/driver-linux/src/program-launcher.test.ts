import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, describe, expect, test } from 'vitest'
import { ProgramLauncher } from './program-launcher.js'

const settings = {
  prefix: [],
  env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  timeoutMs: 5000,
  outputLimitBytes: 4_000_000,
}
const open: ProgramLauncher[] = []

function launcherOf(others: Partial<ConstructorParameters<typeof ProgramLauncher>[0]> = {}) {
  const launcher = new ProgramLauncher({ ...settings, ...others })
  open.push(launcher)
  return (file: string, args: readonly string[] = [], stdin?: string) => launcher.run({ file, args, stdin })
}

afterEach(() => {
  for (const launcher of open.splice(0)) launcher.close()
})

const right = (stdout: string, exitCode = 0) => E.right({ exitCode, stdout, stderr: '' })

describe('a launched program', () => {
  test('is told exactly these words', async () => {
    const run = launcherOf()
    const words = ['$HOME', '; `id`', "it's", '', '*', '\\', '"', '--', '</etc/passwd', '$(id)', '\t', 'ü']
    expect(await run('printf', ['%s|', ...words])).toEqual(right(words.map((word) => `${word}|`).join('')))
  })

  test('ends with its own code and words, whatever was printed before', async () => {
    const run = launcherOf()
    expect(await run('sh', ['-c', 'echo out; echo err >&2; exit 7'])).toEqual(
      E.right({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' }),
    )
    expect(await run('printf', ['no newline'])).toEqual(right('no newline'))
    expect(await run('sh', ['-c', 'kill -9 $$'])).toMatchObject({ right: { exitCode: -1 } })
    expect(await run('sh', ['-c', 'exit 255'])).toEqual(right('', 255))
    expect(await run('true')).toEqual(right(''))
  })

  test('gets what it is to read, as its stdin and by name, and nothing of the one before', async () => {
    const run = launcherOf()
    expect(await run('cat', ['/dev/stdin', '/dev/stdin'], 'secret')).toEqual(right('secretsecret'))
    expect(await run('cat', [], 'less')).toEqual(right('less'))
    expect(await run('cat')).toEqual(right(''))
    // Of the file without a name it has nothing but its stdin.
    expect(await run('sh', ['-c', 'ls -l /proc/self/fd | grep -c "(deleted)"'], 'x')).toEqual(right('1\n'))
    const long = 'a line of text\n'.repeat(100_000)
    expect(await run('cat', [], long)).toEqual(right(long))
  })

  test('gets an environment of two words', async () => {
    expect(await launcherOf()('env')).toEqual(right('PATH=/usr/bin:/bin\nLC_ALL=C\n'))
  })

  test('is never what the shell has built in', async () => {
    const run = launcherOf()
    expect(await run('exit', ['3'])).toEqual(E.left({ code: 'program-missing' }))
    expect(await run('no-such-program')).toEqual(E.left({ code: 'program-missing' }))
    expect(await run('/etc/passwd')).toMatchObject({ left: { code: 'not-started' } })
    expect(await run('echo', ['still there'])).toEqual(right('still there\n'))
  })

  test('waits for those before it', async () => {
    const run = launcherOf()
    const all = ['1', '2', '3', '4'].map((word) => run('sh', ['-c', `sleep 0.0${5 - Number(word)}; echo ${word}`]))
    expect(await Promise.all(all)).toEqual(['1\n', '2\n', '3\n', '4\n'].map((text) => right(text)))
  })

  test('that hangs or talks too much is ended with all that it started, and the next one runs', async () => {
    const run = launcherOf({ timeoutMs: 1000, outputLimitBytes: 100_000 })
    const sleep = `sleep 61.${process.pid}`
    expect(await run('sh', ['-c', `${sleep} & wait`])).toEqual(E.left({ code: 'timed-out', afterMs: 1000 }))
    expect(await run('yes')).toEqual(E.left({ code: 'output-too-long', limitBytes: 100_000 }))
    expect(await run('echo', ['again'])).toEqual(right('again\n'))
    expect(await isRunning(sleep)).toBe(false)
  })

  test('that ends its shell ends with it, and is not the last one', async () => {
    const run = launcherOf()
    const sleep = `sleep 62.${process.pid}`
    expect(await run('sh', ['-c', `kill -9 $PPID; ${sleep}`])).toMatchObject({ right: { exitCode: -1 } })
    expect(await run('echo', ['again'])).toEqual(right('again\n'))
    expect(await isRunning(sleep)).toBe(false)
  })
})

describe('a launcher', () => {
  test('leaves to others what it can not do: lines in words, long lists, places without a shell', async () => {
    const run = launcherOf()
    expect(await run('echo', ['two\nlines'])).toBeUndefined()
    expect(await run('echo', ['x'.repeat(20_000)])).toBeUndefined()
    expect(await launcherOf({ prefix: ['no-such-program'] })('true')).toBeUndefined()
    expect(await launcherOf({ prefix: ['false'] })('true')).toBeUndefined()
  })

  test('does not use a shell that has programs of its own', async () => {
    const likeBusyBox = `exec sh -c "alias exec=:; eval '$3'" "$4"`
    expect(await launcherOf({ prefix: ['sh', '-c', likeBusyBox, 'x'] })('true')).toBeUndefined()
  })

  test.each([0, 1, 4, 7])('survives that %i files more can be open, and leaves none behind', async (count) => {
    const softLimit = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? ''
    const limitFiles = (limit: string) => spawnSync('prlimit', ['--pid', `${process.pid}`, `--nofile=${limit}:`])
    const before = namelessFiles()
    limitFiles('300')
    const held = openAll()
    for (const file of held.splice(0, count)) closeSync(file)
    const ended = await launcherOf()('true').catch(({ code }: NodeJS.ErrnoException) => code)
    for (const file of held) closeSync(file)
    limitFiles(softLimit)
    expect(ended).toBe(count === 0 ? 'EMFILE' : undefined)
    expect(namelessFiles()).toBeLessThanOrEqual(before)
    expect(readdirSync('/dev/shm').filter((name) => name.startsWith('meshfold-'))).toEqual([])
  })

  test('starts its shell behind a prefix', async () => {
    const run = launcherOf({ prefix: ['env', 'MORE=1'] })
    expect(await run('sh', ['-c', 'echo $MORE'])).toEqual(right('1\n'))
  })

  test('is gone once it is closed, and begins anew when it is asked again', async () => {
    const launcher = new ProgramLauncher({ ...settings, prefix: [] })
    const shellOf = async () => Number((await pidOfShell(launcher)).trim())
    const first = await shellOf()
    launcher.close()
    for (let waited = 0; isThere(first) && waited < 100; waited += 1) await new Promise((done) => setTimeout(done, 20))
    expect(isThere(first)).toBe(false)
    expect(await shellOf()).not.toBe(first)
    launcher.close()
  })

  test('that is closed lets end what it was asked before', async () => {
    const launcher = new ProgramLauncher({ ...settings, prefix: [] })
    const slow = { file: 'sh', args: ['-c', 'sleep 0.1; cat'], stdin: 'read' }
    const both = [launcher.run(slow), launcher.run(slow)]
    await new Promise((done) => setTimeout(done, 50))
    launcher.close()
    expect(await Promise.all(both)).toEqual([right('read'), right('read')])
  })
})

/** Whether a process was told these words; one that was killed takes a moment to go. */
async function isRunning(words: string): Promise<boolean> {
  const isThere = () => spawnSync('ps', ['ax', '-o', 'args']).stdout.toString().split('\n').includes(words)
  for (let waited = 0; isThere() && waited < 100; waited += 1) await new Promise((done) => setTimeout(done, 20))
  return isThere()
}

/** As many files as may be open at once. */
function openAll(): number[] {
  const files: number[] = []
  try {
    for (;;) files.push(openSync('/dev/null', 'r'))
  } catch {
    return files
  }
}

async function pidOfShell(launcher: ProgramLauncher): Promise<string> {
  const ended = await launcher.run({ file: 'sh', args: ['-c', 'echo $PPID'], stdin: undefined })
  return ended !== undefined && E.isRight(ended) ? ended.right.stdout : ''
}

function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Those of others may go meanwhile. */
const namelessFiles = (): number =>
  readdirSync('/proc/self/fd').filter((file) => linkOf(`/proc/self/fd/${file}`).endsWith('/content (deleted)')).length

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
