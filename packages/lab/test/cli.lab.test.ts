/** What callers go by: exit codes, the last line, and that nothing is left. */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { longestSocketName } from '../src/mesh/mesh-server.js'
import type { ScenarioResult } from '../src/scenarios/scenario.js'

const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** A folder for what it keeps; its name is in the command line of whatever it started. */
async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** As from a shell: outside of the sandbox that tests are in, it makes its own. */
async function lab(
  args: readonly string[],
  { folder, input = '' }: { readonly folder: string; readonly input?: string },
) {
  const { MESHFOLD_SANDBOX: _, ...outside } = process.env
  const child = spawn(process.execPath, [program, ...args], { env: { ...outside, TMPDIR: folder } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text
    })
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, ...said }
}

async function processesOf(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(folder))
}

test('a scenario that fails: exit code 1, and the last line is one object that says so', async () => {
  const folder = await ownFolder()
  // No server can have its socket there.
  const data = join(folder, 'x'.repeat(longestSocketName))
  const { code, stdout } = await lab(['run', 'mesh', '--json', '--data', data], { folder })
  const { passed, scenario, checks } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as ScenarioResult
  expect({ code, passed, scenario }).toEqual({ code: 1, passed: false, scenario: 'mesh' })
  expect(checks.filter((check) => !check.passed).map(({ name }) => name)).toContain('it comes to its end')
  expect(await processesOf(folder)).toEqual([])
})

test('a folder that can be no folder is misused, and nothing begins', async () => {
  const folder = await ownFolder()
  for (const option of ['--data', '--pcap']) {
    const { code, stderr } = await lab(['run', 'mesh', option, '/proc/nothing'], { folder })
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("/proc/nothing can't be made") })
  }
})

test('a shell that is left: exit code 0, and nothing is left', { timeout: 120_000 }, async () => {
  const folder = await ownFolder()
  const { code, stdout, stderr } = await lab(['shell', 'relay-manual'], {
    folder,
    input: 'on h1 wg show wg0 peers\nexit\n',
  })
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^[A-Za-z0-9+/]{43}=$/m)
  expect(stdout).toContain('relay-manual: ')
  expect(await processesOf(folder)).toEqual([])
  expect(await readdir(folder)).toEqual([])
})
