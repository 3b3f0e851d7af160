import { execFile, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { waitUntil } from '../src/wait-until.js'

const mark = `DEMO_TEST=${randomUUID()}`
const env = { ...process.env, DEMO_TEST: mark.split('=')[1] }
const demo = fileURLToPath(new URL('../dist/demo.js', import.meta.url))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function runDemo(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [demo, ...args], { timeout: 110_000, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    )
  })
}

/** Starts a demo that stays; resolves once it is up. */
async function startDemo(...args: readonly string[]) {
  const child = spawn(process.execPath, [demo, '--json', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  await waitUntil('it says what to try next', () => stderr.includes('Ctrl-C'))
  return { child, report: JSON.parse(line), said: () => stderr }
}

/** What the second host's agent says to whoever enters that host as the demo shows it. */
function agentOfOther(said: string): string {
  const [, pid = ''] = /numbers of the others: h2 (\d+)/.exec(said) ?? []
  const [enter = '', , command = ''] = said.slice(said.indexOf('    nsenter')).trim().split(/\n +/)
  const words = enter
    .replace(/-t \d+/, `-t ${pid}`)
    .split(' ')
    .slice(1)
  return execFileSync('nsenter', [...words, '-c', command], { encoding: 'utf8' })
}

/** Processes that carry the mark of this file's demos in their environment: other tests run beside them. */
const leftovers = () =>
  readdirSync('/proc')
    .filter(
      (name) => /^\d+$/.test(name) && name !== String(process.pid) && contentOf(`/proc/${name}/environ`).includes(mark),
    )
    .map((pid) => contentOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' '))

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const folderOf = (said: string) => /the database: (\S+)/.exec(said)?.[1] ?? 'not said'

test('once: one object on stdout, everybody reached, nothing left', async () => {
  const { code, stdout, stderr } = await runDemo('--once', '--json')
  expect(code, stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ pairs: 20, reachable: 20, timings: { total: expect.any(Number) } })
  expect(stdout.trim().split('\n')).toHaveLength(1)
  expect(leftovers()).toEqual([])
})

test('the tour: every step shows what it tells', async () => {
  const { code, stdout, stderr } = await runDemo('--tour', '--once', '--json')
  expect(code, stderr).toBe(0)
  const { tour } = JSON.parse(stdout)
  expect(tour).toHaveLength(5)
  expect(tour.filter(({ passed }: { passed: boolean }) => !passed)).toEqual([])
  expect(leftovers()).toEqual([])
}, 120_000)

test('while it is up a second terminal reaches the server; SIGTERM leaves nothing', async () => {
  const { child, said } = await startDemo('--hosts', '2')
  const [, url, token] = /MESHFOLD_URL=(\S+) MESHFOLD_TOKEN=(\S+)/.exec(said()) ?? []
  expect((await fetch(`${url}/api/v1/healthz`)).status).toBe(200)
  const answer = await fetch(`${url}/api/v1/hosts`, { headers: { authorization: `Bearer ${token}` } })
  expect(await answer.json()).toMatchObject({ hosts: [{ presence: { online: true } }, { presence: { online: true } }] })
  expect(existsSync(folderOf(said()))).toBe(true)
  expect(agentOfOther(said())).toMatch(/^h2 +host host_/)
  process.kill(Number(/^ +kill -9 (\d+)$/m.exec(said())?.[1]), 'SIGKILL')
  await waitUntil('the server is back', () => said().includes('the server is started again'), { limitMs: 30_000 })
  const again = /the server is started again, as process (\d+)/.exec(said())?.[1]
  expect(contentOf(`/proc/${again}/cmdline`)).toContain('serve')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(leftovers()).toEqual([])
  expect(existsSync(folderOf(said()))).toBe(false)
})

test('kill -9 leaves no process', async () => {
  const data = mkdtempSync(join(tmpdir(), 'lab-'))
  onTestFinished(() => rmSync(data, { recursive: true, force: true }))
  const { child } = await startDemo('--hosts', '2', '--data', data)
  child.kill('SIGKILL')
  await waitUntil('nothing is left', () => leftovers().length === 0)
})

test('wrong options: words, the way to the usage, exit code 2', async () => {
  const { code, stdout, stderr } = await runDemo('--hosts', '1')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/2 to 40.*\n\(npm run demo -- --help/)
})
