import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../make-folder.js'
import type { Host } from '../net/host.js'
import type { HostProcess } from '../net/host-process.js'
import { toolPath } from '../tool-path.js'
import { type LogLine, readLogLines, tailOfLog } from './log-lines.js'
import { productEnvironment, productProgram } from './product-program.js'
import { readTunnel, type TunnelState } from './tunnel-state.js'

export interface AgentPlan {
  /** The agent's own state in a folder of its own, and its log. */
  readonly folder: string
  readonly name: string
  readonly interfaceName?: string
  /** A folder whose programs come before the system's: another build of wireguard-go, for example. */
  readonly toolFolder?: string
  /** What `enroll` is given besides. */
  readonly enrollOptions?: (host: Host) => readonly string[]
  /** What `run` is given besides. */
  readonly runOptions?: readonly string[]
}

/** The real reference agent as a process inside a host. */
export class MeshAgent {
  #process: HostProcess | undefined

  constructor(
    readonly host: Host,
    readonly plan: AgentPlan,
  ) {}

  get interfaceName(): string {
    return this.plan.interfaceName ?? 'wg0'
  }

  get logFile(): string {
    return join(this.plan.folder, 'agent.log')
  }

  get stateFolder(): string {
    return join(this.plan.folder, 'state')
  }

  get running(): boolean {
    return this.#process?.running ?? false
  }

  /** Whether an earlier run enrolled it. */
  async isEnrolled(): Promise<boolean> {
    return access(this.#enrolledMark).then(
      () => true,
      () => false,
    )
  }

  /** Makes keys and joins the mesh. The token goes by the environment: a command line is everybody's to read. */
  async enroll(serverUrl: string, token: string): Promise<void> {
    const { folder, name } = this.plan
    makeFolder(folder)
    const told = this.plan.enrollOptions?.(this.host) ?? []
    const args = ['enroll', '--server', serverUrl, '--state', this.stateFolder, '--name', name, ...told]
    const result = await this.#run([...args, '--interface', this.interfaceName], { MESHFOLD_ENROLLMENT_TOKEN: token })
    if (result.code !== 0) {
      throw new Error(`${name} could not enrol (exit code ${result.code}): ${result.stderr}${result.stdout}`)
    }
    await writeFile(this.#enrolledMark, '')
  }

  /** Starts it; `waitForTunnel` says when it has brought its interface up. */
  start(): void {
    if (this.running) throw new Error(`${this.plan.name}'s agent runs already.`)
    const args = [
      productProgram('reference-agent'),
      'run',
      '--state',
      this.stateFolder,
      ...(this.plan.runOptions ?? []),
    ]
    this.#process = this.host.spawn(process.execPath, args, {
      env: this.#environment({}),
      stdoutFile: this.logFile,
      stderrFile: this.logFile,
    })
  }

  /** Its process number as the lab sees it. */
  async pid(): Promise<number> {
    if (this.#process === undefined) throw new Error(`${this.plan.name}'s agent does not run.`)
    return this.#process.pid()
  }

  /** As `kill -9`: the tunnel stays up without it. */
  async kill(): Promise<void> {
    await this.#process?.kill('SIGKILL')
    await this.#process?.ended
  }

  /** Asks it to end; resolves with its exit code. */
  async stop(): Promise<number | null> {
    return (await this.#process?.stop())?.code ?? null
  }

  /** Takes everything away that the agent made in the system. */
  async down(): Promise<void> {
    const result = await this.#run(['down', '--state', this.stateFolder], {})
    if (result.code !== 0) throw new Error(`${this.plan.name}: down: ${result.stderr}${result.stdout}`)
  }

  /** What the agent says of itself. */
  async status(): Promise<unknown> {
    const result = await this.#run(['status', '--state', this.stateFolder, '--json'], {})
    if (result.code !== 0) throw new Error(`${this.plan.name}: status: ${result.stderr}${result.stdout}`)
    return JSON.parse(result.stdout)
  }

  /** Has it try once more what it took back; answers what that is. */
  async retry(): Promise<unknown> {
    const result = await this.#run(['retry', '--state', this.stateFolder, '--json'], {})
    if (result.code !== 0) throw new Error(`${this.plan.name}: retry: ${result.stderr}${result.stdout}`)
    return JSON.parse(result.stdout)
  }

  /** Gives its host another WireGuard key. */
  async rotateKey(): Promise<{ readonly state: string; readonly wireguardKey: string }> {
    const result = await this.#run(['rotate-key', '--state', this.stateFolder, '--json'], {})
    if (result.code !== 0) throw new Error(`${this.plan.name}: rotate-key: ${result.stderr}${result.stdout}`)
    return JSON.parse(result.stdout) as { readonly state: string; readonly wireguardKey: string }
  }

  /** What the system says of the tunnel; undefined while there is none. */
  tunnel(): Promise<TunnelState | undefined> {
    return readTunnel(this.host, this.interfaceName)
  }

  logLines(): Promise<readonly LogLine[]> {
    return readLogLines(this.logFile)
  }

  /** Fails with the end of the log if the agent has ended by itself. */
  async assertRunning(): Promise<void> {
    if (this.running) return
    throw new Error(`${this.plan.name}'s agent has ended. Its log ends:\n${await tailOfLog(this.logFile)}`)
  }

  get #enrolledMark(): string {
    return join(this.plan.folder, 'enrolled')
  }

  #run(args: readonly string[], env: NodeJS.ProcessEnv) {
    const program = [productProgram('reference-agent'), ...args]
    return this.host.run(process.execPath, program, { env: this.#environment(env), limitMs: 60_000 })
  }

  #environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    const { toolFolder } = this.plan
    const path = toolFolder === undefined ? toolPath() : `${toolFolder}:${toolPath()}`
    return productEnvironment({ ...env, PATH: path })
  }
}
