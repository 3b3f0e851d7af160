/** The real program in a process of its own, to be killed. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const at = (url: URL) => fileURLToPath(url)

export interface ServerProgram {
  readonly start: (data: string, ...args: readonly string[]) => Promise<ServerProcess>
  /** Runs it to its end; killed after ten seconds. */
  readonly run: (...args: readonly string[]) => Promise<ProgramRun>
  readonly remove: () => void
}

export interface ProgramRun {
  /** `null`: it had to be killed. */
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface ServerProcess {
  readonly child: ChildProcess
  readonly url: string
  readonly urls: readonly string[]
  readonly adminToken: string | null
  /** Lines of stderr. */
  readonly logged: string[]
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

/**
 * Bundles the program from its source: tests need no build. Beside the package, so that it finds its page and its libraries; those
 * of other packages of this repository go into the bundle.
 */
export const buildServerProgram = async (): Promise<ServerProgram> => {
  const folder = at(new URL(`../../node_modules/.meshfold-test-${process.pid}-${Date.now()}`, import.meta.url))
  await build({
    config: false,
    entry: { meshfold: at(new URL('../../src/bin.ts', import.meta.url)) },
    outDir: folder,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    platform: 'node',
    target: 'node22',
    tsconfig: at(new URL('../../../../tsconfig.json', import.meta.url)),
    noExternal: [/^@meshfold\//, 'immer', 'ws'],
    // ws is CommonJS and asks for Node's modules by require.
    banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
    removeNodeProtocol: false,
    splitting: false,
    silent: true,
  })
  return {
    start: (data, ...args) => start(join(folder, 'meshfold.mjs'), data, args),
    run: (...args) => run(join(folder, 'meshfold.mjs'), args),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const run = (program: string, args: readonly string[]): Promise<ProgramRun> =>
  new Promise((resolve) => {
    const options = { timeout: 10_000, killSignal: 'SIGKILL' } as const
    const child = execFile(process.execPath, [program, ...args], options, (_error, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    )
  })

const start = async (program: string, data: string, args: readonly string[]): Promise<ServerProcess> => {
  const listen = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']
  const all = [program, 'serve', '--data', data, '--json', ...listen, ...args]
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] })
  const logged: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => logged.push(line))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  )
  const firstLine = new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  const line = await Promise.race([firstLine, ended.then(() => undefined)])
  if (line === undefined) throw new Error(`the server did not start: ${logged.join('\n')}`)
  const { urls, adminToken } = JSON.parse(line) as { urls: string[]; adminToken: string | null }
  return { child, url: urls[0] ?? '', urls, adminToken, logged, ended }
}
