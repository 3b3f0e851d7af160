/** A command on a machine of its own, with Debian's kernel, emulated: slow, and with everything that the kernel outside lacks. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { toolPath } from '../tool-path.js'
import { secondScript } from './boot-scripts.js'
import type { DebianKernel } from './debian-kernel.js'
import { makeInitramfs } from './make-initramfs.js'

export interface EmulatedRun {
  readonly kernel: Extract<DebianKernel, { readonly available: true }>
  /** Where the command runs; it sees all files of this machine, and what it writes is gone with it. */
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly limitMs: number
  /** Each line on its console, the command's stderr among them. */
  readonly onLine: (line: string) => void
}

const memoryMib = 4096

/**
 * Starts the machine, runs the command as its only user, and switches it off. Returns what the command wrote to stdout.
 * @throws Error when it takes longer than `limitMs`, or can't be started
 */
export async function runEmulated(command: readonly string[], run: EmulatedRun): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'meshfold-kernel-'))
  try {
    const initramfs = makeInitramfs(folder, run.kernel, secondScript(command, run))
    const output = join(folder, 'output')
    await runMachine([...machineArguments(run.kernel.image, initramfs), '-serial', `file:${output}`], run)
    return readFileSync(output, 'utf8')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const machineArguments = (image: string, initramfs: string): readonly string[] => [
  ...['-accel', 'tcg,thread=multi', '-smp', '2', '-m', String(memoryMib)],
  ...['-display', 'none', '-vga', 'none', '-monitor', 'none', '-no-reboot', '-nic', 'none'],
  ...['-kernel', image, '-initrd', initramfs, '-append', 'console=ttyS0 quiet panic=-1'],
  ...['-virtfs', 'local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap'],
  ...['-serial', 'stdio'],
]

async function runMachine(args: readonly string[], { limitMs, onLine }: EmulatedRun): Promise<void> {
  const machine = spawn('qemu-system-x86_64', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: toolPath() },
  })
  let complaint = ''
  machine.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  createInterface({ input: machine.stdout }).on('line', (line) => onLine(line.trimEnd()))
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    machine.kill('SIGKILL')
  }, limitMs)
  const code = await new Promise<number | null>((resolve, reject) => {
    machine.once('error', reject).once('close', resolve)
  }).finally(() => clearTimeout(timer))
  if (isLate) throw new Error(`The emulated machine was not done within ${limitMs / 1_000} s.`)
  if (code !== 0) throw new Error(`The emulated machine ended with code ${code}: ${complaint.trim()}`)
}
