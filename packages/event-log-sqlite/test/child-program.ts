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

const at = (url: URL) => fileURLToPath(url)

const sources = {
  'event-log-process': at(new URL('./programs/event-log-process.ts', import.meta.url)),
  'append-until-killed': at(new URL('./programs/append-until-killed.ts', import.meta.url)),
  'race-appends': at(new URL('./programs/race-appends.ts', import.meta.url)),
}

type ProgramName = keyof typeof sources

/** Bundles the programs with everything they import: Node runs no TypeScript that imports `.js`, and starts faster so. */
export async function buildPrograms(names: readonly ProgramName[]): Promise<ChildPrograms> {
  const folder = temporaryFolder()
  await build({
    config: false,
    entry: names.map((name) => sources[name]),
    outDir: folder.path,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    platform: 'node',
    target: 'node22',
    tsconfig: at(new URL('../../../tsconfig.json', import.meta.url)),
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
