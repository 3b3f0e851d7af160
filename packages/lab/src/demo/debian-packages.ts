import { spawn } from 'node:child_process'
import { findTool, toolPath } from '../tool-path.js'
import type { Progress } from './progress.js'

/** Whether `installPackages` can be tried at all. */
export function canInstallPackages(): boolean {
  return process.geteuid?.() === 0 && findTool('apt-get') !== undefined
}

/** Installs Debian packages and tells so. False if apt could not; its words went to stderr then. */
export async function installPackages(packages: readonly string[], progress: Progress): Promise<boolean> {
  const install = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...packages]
  progress(`installing Debian packages: apt-get install ${packages.join(' ')}`)
  if ((await aptGet(install)).code === 0) return true
  progress('fetching the package lists first: apt-get update')
  const update = await aptGet(['update'])
  const again = await aptGet(install)
  if (again.code === 0) return true
  process.stderr.write(`${update.code === 0 ? '' : update.output}${again.output}\n`)
  return false
}

function aptGet(args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn('apt-get', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: toolPath(), DEBIAN_FRONTEND: 'noninteractive' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, output }))
  })
}
