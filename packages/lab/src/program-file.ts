import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * A program of this package as a file to start: the built one beside built code, the source beside source (Node runs
 * it as it is, if it imports nothing of this package).
 */
export function programFile(name: 'wire-process' | 'knock-process' | 'demo-inside'): string {
  return fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url))
}

/** The repository that this package is a part of. */
export function repositoryFolder(): string {
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve('@meshfold/lab/package.json')), '..', '..')
}
