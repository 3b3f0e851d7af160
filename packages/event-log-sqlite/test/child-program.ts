import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { temporaryFolder } from './temporary-log.js'

/** The programs of this folder, made runnable. */
export interface ChildPrograms {
  /** Starts one in a process of its own; its output is for the caller to read. */
  readonly start: (name: ProgramName, args: readonly string[]) => ChildProcess
  readonly remove: () => void
}

type ProgramName = 'event-log-process' | 'append-until-killed' | 'race-appends'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Bundles the programs with everything they import: Node runs no TypeScript that imports `.js`, and starts faster so. */
export async function buildPrograms(names: readonly ProgramName[]): Promise<ChildPrograms> {
  const folder = temporaryFolder()
  await build({
    config: false,
    entry: names.map((name) => at(`./programs/${name}.ts`)),
    outDir: folder.path,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    platform: 'node',
    target: 'node22',
    tsconfig: at('../../../tsconfig.json'),
    noExternal: [/^(?!node:)/],
    removeNodeProtocol: false,
    splitting: false,
    treeshake: true,
    silent: true,
  })
  const start: ChildPrograms['start'] = (name, args) =>
    fork(join(folder.path, `${name}.mjs`), args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  return { start, remove: folder.remove }
}
