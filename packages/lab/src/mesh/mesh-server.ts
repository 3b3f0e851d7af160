import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { makeFolder } from '../make-folder.js'
import type { Host } from '../net/host.js'
import type { HostProcess } from '../net/host-process.js'
import { patient } from '../patience.js'
import { ApiClient } from './api-client.js'
import { tailOfLog } from './log-lines.js'
import { productEnvironment, productProgram } from './product-program.js'

export interface ServerPlan {
  /** Database, log, socket and admin token. The path must be short: 107 characters is all a socket's name may have. */
  readonly dataFolder: string
  /** Where agents reach it. */
  readonly address: string
  readonly port?: number
  /** What `serve` is given besides. */
  readonly serveOptions?: readonly string[]
}

/** The first line that `meshfold serve --json` prints. */
interface ReadyLine {
  readonly ready: true
  readonly urls: readonly string[]
  readonly meshId: string
  /** Shown at the very first start only. */
  readonly adminToken: string | null
}

/** Characters of a unix socket's file name, as the kernel limits them. */
export const longestSocketName = 107

/** The real reference server as a process inside a host. */
export class MeshServer {
  #process: HostProcess | undefined
  #api: ApiClient | undefined
  #meshId = ''

  constructor(
    readonly host: Host,
    readonly plan: ServerPlan,
  ) {}

  get url(): string {
    const { address, port = 7400 } = this.plan
    return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
  }

  get logFile(): string {
    return join(this.plan.dataFolder, 'server.log')
  }

  get socketFile(): string {
    return join(this.plan.dataFolder, 'server.sock')
  }

  get meshId(): string {
    return this.#meshId
  }

  /** The API, as the administrator. Known once the server has started. */
  get api(): ApiClient {
    if (this.#api === undefined) throw new Error('The server was never started.')
    return this.#api
  }

  get running(): boolean {
    return this.#process?.running ?? false
  }

  /** Its process number as the lab sees it. */
  async pid(): Promise<number> {
    if (this.#process === undefined) throw new Error('The server was never started.')
    return this.#process.pid()
  }

  /** Starts it, for the first time or again on the same data, and waits until it answers. */
  async start(limitMs = 20_000): Promise<void> {
    if (this.socketFile.length > longestSocketName) {
      throw new Error(
        `${this.socketFile} is longer than ${longestSocketName} characters: choose a shorter data folder.`,
      )
    }
    makeFolder(this.plan.dataFolder)
    // A killed server leaves its socket behind.
    await rm(this.socketFile, { force: true })
    const { address, port = 7400, dataFolder, serveOptions = [] } = this.plan
    const listen = ['--listen', `${address.includes(':') ? `[${address}]` : address}:${port}`]
    const args = [
      'serve',
      '--data',
      dataFolder,
      ...listen,
      '--listen',
      `unix:${this.socketFile}`,
      '--json',
      ...serveOptions,
    ]
    this.#process = this.host.spawn(process.execPath, [productProgram('reference-server'), ...args], {
      env: productEnvironment({}),
      stderrFile: this.logFile,
    })
    const ready = await this.#readyLine(this.#process, patient(limitMs))
    this.#meshId = ready.meshId
    this.#api = new ApiClient({ socketPath: this.socketFile }, await this.#adminToken(ready.adminToken))
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    await this.#process?.kill('SIGKILL')
    await this.#process?.ended
  }

  /** Asks it to end; resolves with its exit code. */
  async stop(): Promise<number | null> {
    return (await this.#process?.stop())?.code ?? null
  }

  async #readyLine(server: HostProcess, limitMs: number): Promise<ReadyLine> {
    if (server.child.stdout === null) throw new Error('The server has no stdout.')
    const lines = createInterface({ input: server.child.stdout })
    const first = new Promise<string>((resolve) => lines.once('line', resolve))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, limitMs, 'late' as const)
    })
    const line = await Promise.race([first, server.ended, late]).finally(() => clearTimeout(timer))
    if (typeof line === 'string' && line !== 'late') return JSON.parse(line) as ReadyLine
    await server.kill('SIGKILL')
    const why = line === 'late' ? `was not ready within ${limitMs / 1_000} s` : `ended with code ${line.code}`
    throw new Error(`The server ${why}. Its log ends:\n${await tailOfLog(this.logFile)}`)
  }

  /** Kept beside the database, since the server shows it only once. */
  async #adminToken(shown: string | null): Promise<string> {
    const file = join(this.plan.dataFolder, 'admin-token')
    if (shown !== null) await writeFile(file, shown, { mode: 0o600 })
    return shown ?? (await readFile(file, 'utf8'))
  }
}
