/**
 * A user without any right plays a scenario: what the lab needs is a user namespace of their own. Outside of the sandbox that other tests
 * are in: it knows one user, so nobody in it can become another.
 */
import { spawn } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { leaveOut } from '../src/left-out.js'
import type { ScenarioResult } from '../src/scenarios/scenario.js'
import { toolPath } from '../src/tool-path.js'

const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const isRoot = process.geteuid?.() === 0
/** Nobody's, as far as this machine's files go. */
const plainUser = isRoot ? 65_534 : (process.geteuid?.() ?? 0)
/** The lab can't run here, as its command line says it. */
const cannotRun = 69

/**
 * What a plain user has on a machine where root may have more: a TUN device that is open to everybody, and a Node that everybody may run.
 * Both are mounts that nobody else sees, and end with the command.
 */
const asPlainUser = `
cannot() { echo "$1" >&2; exit ${cannotRun}; }
plain() { setpriv --reuid ${plainUser} --regid ${plainUser} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"; }
if [ -d /dev/net ]; then
  mount -t tmpfs -o mode=0755 tmpfs /dev/net && mknod -m 0666 /dev/net/tun c 10 200 || cannot 'root may make no device'
fi
mount --bind "$1" "$2" || cannot 'root may mount nothing'
shift
plain test -r "$2" || cannot "other users may not read this repository (chmod -R o+rX)"
plain "$@"
`

/** A command line that runs as a plain user, in a folder of theirs. */
function commandIn(folder: string, args: readonly string[]): readonly [string, ...string[]] {
  if (!isRoot) return [process.execPath, ...args]
  const node = join(folder, 'node')
  writeFileSync(node, '')
  const script = ['sh', '-c', asPlainUser, 'plain-user', process.execPath]
  return ['unshare', '--mount', '--propagation', 'private', '--', ...script, node, ...args]
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plain-user-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  chownSync(folder, plainUser, isRoot ? plainUser : -1)
  return folder
}

async function play(folder: string, name: string) {
  const [file, ...args] = commandIn(folder, [program, 'run', name, '--json', '--data', join(folder, 'data')])
  const env = { PATH: toolPath(), HOME: folder, TMPDIR: folder }
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text
    })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, ...said }
}

test('a user without rights plays a scenario, in a sandbox of their own', async ({ skip }) => {
  const folder = ownFolder()
  const { code, stdout, stderr } = await play(folder, 'mesh')
  if (code === cannotRun) {
    const reason = `a plain user may not make a sandbox here: ${stderr.trim().replaceAll(/\s*\n\s*/g, ' ')}`
    return leaveOut(skip, { lack: 'plain-user', reason })
  }
  expect(code, stderr).toBe(0)
  const { passed, checks } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as ScenarioResult
  expect({ passed, failed: checks.filter((check) => !check.passed) }).toEqual({ passed: true, failed: [] })
  expect(checks.length).toBeGreaterThan(0)
  const owners = readdirSync(join(folder, 'data')).map((name) => statSync(join(folder, 'data', name)).uid)
  expect(new Set(owners)).toEqual(new Set([plainUser]))
  expect(plainUser).not.toBe(0)
})
