import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ReadyProgram } from './ready-program.js'

const settings = {
  prefix: [],
  env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  timeoutMs: 5000,
  outputLimitBytes: 4_000_000,
}
const open: ReadyProgram[] = []

/** One of a shell's programs, which is another one's part here. */
function programOf(script: string, others: Partial<typeof settings> = {}): ReadyProgram {
  const program = new ReadyProgram({ ...settings, ...others }, ['sh', '-c', script], 1)
  open.push(program)
  return program
}

/** It has been asked before, and the next one has been started. */
async function readied(program: ReadyProgram): Promise<ReadyProgram> {
  if (!program.isReady) await program.run('')
  await soon(() => program.isReady)
  return program
}

async function soon(isSo: () => boolean, withinMs = 3000): Promise<void> {
  for (let waitedMs = 0; !isSo() && waitedMs < withinMs; waitedMs += 10) await pause(10)
  expect(isSo()).toBe(true)
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

afterEach(async () => {
  for (const program of open.splice(0)) await program.close()
})

const right = (stdout: string, exitCode = 0) => E.right({ exitCode, stdout, stderr: '' })

describe('a program that is ready', () => {
  test('has been started before it is told what to do, and ends with its own code and words', async () => {
    const program = await readied(programOf('echo $$; cat; echo err >&2; exit 7'))
    await soon(() => started().length > 0)
    const isThere = started()
    const ended = await program.run('told\n')
    expect(ended).toMatchObject({
      right: { exitCode: 7, stdout: expect.stringMatching(/^\d+\ntold\n$/), stderr: 'err\n' },
    })
    expect(isThere).toContain(Number(ended !== undefined && E.isRight(ended) && ended.right.stdout.split('\n')[0]))
  })

  test('is another one each time', async () => {
    const program = programOf('echo $$; cat')
    const said = new Set<unknown>()
    for (let time = 0; time < 20; time += 1) said.add(JSON.stringify(await (await readied(program)).run('')))
    expect(said.size).toBe(20)
  })

  test('reads all of it, however long, and nothing else', async () => {
    const program = programOf('cat')
    for (const text of ['', 'no line end', 'a line of text\n'.repeat(1000), '\u0001\0\t!!\n"\'$HOME`id`\\']) {
      expect(await (await readied(program)).run(text)).toEqual(right(text))
    }
  })

  test('has an environment of two words, and of our files none but its own', async () => {
    // `sh` itself says where it is.
    const ours = 'ls -l /proc/self/fd | grep -cE " [3-9] -> (socket|.*deleted)"'
    const program = await readied(programOf(`cat; env; ${ours}`))
    expect(await program.run('')).toMatchObject({ right: { stdout: 'PATH=/usr/bin:/bin\nLC_ALL=C\nPWD=/\n0\n' } })
  })

  test('is told nothing where none waits: at first, when another one is being told, and soon after', async () => {
    const program = programOf('cat; sleep 0.1')
    expect(await program.run('first')).toBeUndefined()
    await readied(program)
    expect(await Promise.all([program.run('a'), program.run('b')])).toEqual([right('a'), undefined])
    expect(await (await readied(program)).run('c')).toEqual(right('c'))
  })

  test('is started once it has been left alone', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const program = new ReadyProgram(settings, ['cat'], 100)
    open.push(program)
    for (let time = 0; time < 5; time += 1) {
      expect(await program.run('again')).toBeUndefined()
      vi.advanceTimersByTime(90)
    }
    expect(started()).toEqual([])
    vi.advanceTimersByTime(10)
    vi.useRealTimers()
    await soon(() => program.isReady)
  })
})

describe('what is not believed', () => {
  test.each(['exit 0', 'exit 3', 'kill -9 $$', 'exec no-such-program'])(
    'a program that does not wait: %s',
    async (script) => {
      const program = programOf(script)
      await program.run('')
      await pause(300)
      await soon(() => !program.isReady)
      expect(await program.run('text')).toBeUndefined()
    },
  )

  test('one that has ended, though nobody has heard of that yet: it is told nothing', async () => {
    const program = await readied(programOf('sleep 0.5'))
    await soon(() => started().length > 0)
    while (started().length > 0) spawnSync('sleep', ['0.1'])
    expect(program.isReady).toBe(true)
    expect(await program.run('text')).toBeUndefined()
  })

  test('that a long text would be read whole, whatever became of us meanwhile', async () => {
    const program = await readied(programOf('cat'))
    expect(await program.run('x'.repeat(17 * 1024))).toBeUndefined()
    expect(await program.run('short')).toEqual(right('short'))
  })

  test('one that died of it: that is no success, and the next one is ready', async () => {
    const program = programOf('read word; [ "$word" != die ] || kill -9 $$; echo "$word"')
    expect(await (await readied(program)).run('die\n')).toMatchObject({ right: { exitCode: -1 } })
    expect(await (await readied(program)).run('live\n')).toEqual(right('live\n'))
  })

  test('one whose shell died with it', async () => {
    const program = programOf('read word; [ "$word" != die ] || { kill -9 $PPID; sleep 1; }; echo "$word"')
    expect(await (await readied(program)).run('die\n')).toMatchObject({ right: { exitCode: -1 } })
    expect(await (await readied(program)).run('live\n')).toEqual(right('live\n'))
  })

  test('one that hangs or talks too much: it is ended with all that it started, and the next one is ready', async () => {
    const script = 'read word; [ "$word" != hang ] || sleep 63; [ "$word" != talk ] || yes; echo "$word"'
    const program = programOf(script, { timeoutMs: 1000, outputLimitBytes: 100_000 })
    await readied(program)
    await pause(1100)
    expect(await program.run('hang\n')).toEqual(E.left({ code: 'timed-out', afterMs: 1000 }))
    expect(await (await readied(program)).run('talk\n')).toEqual(
      E.left({ code: 'output-too-long', limitBytes: 100_000 }),
    )
    expect(await (await readied(program)).run('rest\n')).toEqual(right('rest\n'))
  }, 20_000)

  test('one that opens its stdin by name, which is not possible: it is asked once and never again', async () => {
    const program = await readied(programOf('cat - >/dev/null; cat /dev/stdin'))
    expect([await program.run('text'), await program.run('text')]).toEqual([undefined, undefined])
    await pause(300)
    expect(program.isReady).toBe(false)
  })

  test('places without a shell that is fit', async () => {
    for (const prefix of [
      ['no-such-program'],
      ['false'],
      ['sh', '-c', 'exec 3<&-; exec "$@"', 'x'],
      ['sh', '-c', `exec sh -c "alias exec=:; eval '$3'" "$4"`, 'x'],
    ]) {
      const program = programOf('cat', { prefix: prefix as never })
      await program.run('')
      await pause(300)
      expect(program.isReady).toBe(false)
      expect(await program.run('text')).toBeUndefined()
    }
  })
})

describe('what was closed', () => {
  test('lets end what it was told, leaves nothing behind, and can be used again', async () => {
    const files = () => readdirSync('/proc/self/fd').length
    const before = [files(), childrenOf(process.pid).length]
    const program = programOf('cat; sleep 0.1')
    for (let time = 0; time < 8; time += 1) await (await readied(program)).run('')
    await readied(program)
    const ended = program.run('told')
    await program.close()
    expect(await ended).toEqual(right('told'))
    await soon(() => childrenOf(process.pid).length === before[1] && files() === before[0])
    expect(await (await readied(program)).run('again')).toEqual(right('again'))
  })

  test('ends the one that waits', async () => {
    const program = await readied(programOf('cat; exit 1'))
    await soon(() => started().length > 0)
    await program.close()
    expect(started()).toEqual([])
    expect(program.isReady).toBe(false)
  })
})

/** What our shells have started. */
const started = (): readonly number[] => childrenOf(process.pid).flatMap(childrenOf)

function childrenOf(pid: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const children = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'))
    return children.join(' ').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
