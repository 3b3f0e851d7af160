import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { patient } from '../patience.js'
import { childPids } from '../sandbox/child-pids.js'
import { toolPath } from '../tool-path.js'
import { waitUntil } from '../wait-until.js'
import { HostProcess, type SpawnOptions } from './host-process.js'
import { quote, ShellChannel, type ShellResult } from './shell-channel.js'

/**
 * Makes the namespaces a machine of its own: empty `/run` (WireGuard's sockets are files there), the right `/sys`, its own name, and an
 * own `/etc`: a folder in which files may be replaced, as programs that change `/etc/hosts` do. What is not the host's own in it is a
 * link to the machine's. Kernel switches are set, since distributions differ.
 */
const setUp = `
mount -t tmpfs -o mode=0755 tmpfs /run && mkdir -m 0700 /run/wireguard || exit 125
mount -t sysfs sysfs /sys || exit 125
hostname "$0"
mkdir /run/machine-etc && mount --rbind /etc /run/machine-etc && mount -t tmpfs -o mode=0755 tmpfs /etc || exit 125
cd /run/machine-etc
ln -s /run/machine-etc/* /etc/
find . -maxdepth 1 -type l -exec cp -P --remove-destination -t /etc {} +
rm -f /etc/hosts /etc/resolv.conf
printf '127.0.0.1\\tlocalhost\\n127.0.1.1\\t%s\\n::1\\tlocalhost ip6-localhost\\n' "$0" > /etc/hosts
: > /etc/resolv.conf
for net in all default; do
  cd /proc/sys/net/ipv4/conf/$net
  echo 2 > rp_filter; echo 0 > send_redirects; echo 0 > accept_redirects; echo 0 > src_valid_mark
  [ -e /proc/sys/net/ipv6 ] && cd /proc/sys/net/ipv6/conf/$net && echo 0 > accept_ra && echo 0 > accept_dad
done
echo 0 > /proc/sys/net/ipv4/ip_forward
cd /
ip link set lo up
exec sh
`

const namespaces = ['--mount', '--net', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc']

/** How a program is run to its end. */
interface RunOptions {
  /** It is killed after so long. */
  readonly limitMs?: number
  /** What it reads from stdin. */
  readonly input?: string
  /** It leaves no daemon behind: everything that it wrote is waited for, however busy the machine is. */
  readonly isAlone?: boolean
}

/** A command inside a host failed. */
export class HostCommandFailed extends Error {
  constructor(
    readonly hostName: string,
    readonly command: string,
    readonly result: ShellResult,
  ) {
    super(`${hostName}: exit code ${result.code} from: ${command}\n${result.stderr}${result.stdout}`.trimEnd())
    this.name = 'HostCommandFailed'
  }
}

/**
 * One machine of the lab: network, mount, process and host name namespaces, held by a shell that is their process 1.
 * Closing it, or the death of this process, ends everything inside.
 */
export class Host implements AsyncDisposable {
  readonly #shell: ChildProcess
  readonly #channel: ShellChannel

  private constructor(
    readonly name: string,
    shell: ChildProcess,
    channel: ShellChannel,
    /** Process number of the namespaces' process 1, as the lab sees it. */
    readonly pid: number,
  ) {
    this.#shell = shell
    this.#channel = channel
  }

  static async open(name: string): Promise<Host> {
    const tie = ['--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, '--propagation', 'private', '--']
    const shell = spawn('setpriv', [...tie, 'sh', '-c', setUp, name], {
      detached: true,
      env: { ...process.env, PATH: toolPath() },
    })
    const channel = new ShellChannel(name, shell)
    const ready = await channel.run('true', 20_000)
    if (ready.stderr !== '') throw new Error(`${name}: set-up says: ${ready.stderr}`)
    const pid = await waitUntil(`${name} has a process 1`, () => childPids(shell.pid ?? 0)[0])
    return new Host(name, shell, channel, pid)
  }

  /** Runs a shell command and returns what it printed. Commands of one host wait for each other. */
  async sh(command: string, limitMs?: number): Promise<string> {
    const result = await this.trySh(command, limitMs)
    if (result.code !== 0) throw new HostCommandFailed(this.name, command, result)
    return result.stdout
  }

  /** Like `sh`, for a command that may fail. */
  trySh(command: string, limitMs = 30_000): Promise<ShellResult> {
    return this.#channel.run(command, limitMs)
  }

  /** Many lines for `ip -batch`, in one process. */
  async ip(lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.sh(`printf '%s\\n' ${lines.map(quote).join(' ')} | ip -batch -`)
  }

  /** Starts a program inside the host, beside its shell. */
  spawn(program: string, args: readonly string[] = [], options: SpawnOptions = {}): HostProcess {
    return new HostProcess(this.enterArguments, [program, ...args], options)
  }

  /** Runs a program inside the host to its end, beside its shell, and returns whatever came of it. */
  async run(
    program: string,
    args: readonly string[],
    { limitMs = 30_000, input = '', isAlone = false, ...options }: SpawnOptions & RunOptions = {},
  ): Promise<ShellResult> {
    const process = this.spawn(program, args, options)
    const output = { stdout: '', stderr: '' }
    process.child.stdin?.end(input)
    process.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text
    })
    process.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text
    })
    const timer = setTimeout(() => void process.kill('SIGKILL'), patient(limitMs))
    const closed = new Promise<void>((resolve) => process.child.once('close', () => resolve()))
    const { code } = await process.ended.finally(() => clearTimeout(timer))
    // What it wrote last may still be under way; a daemon it left behind keeps the pipes open for ever.
    await (isAlone ? closed : Promise.race([closed, pause(250)]))
    return { code: code ?? 255, ...output }
  }

  /** Arguments that make `nsenter` enter this host. */
  get enterArguments(): readonly string[] {
    return ['-t', String(this.pid), '-m', '-n', '-p', '-u', '--']
  }

  /** Ends everything inside. The kernel removes interfaces, rules and files of `/run` with the last process. */
  async close(): Promise<void> {
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return
    const gone = new Promise<void>((resolve) => this.#shell.once('exit', () => resolve()))
    // The namespaces' process 1 ignores everything gentler; what has to end gently was ended before.
    this.#shell.kill('SIGKILL')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
