import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * A program of this package as a file to start: the built one beside built code, the source beside source (Node runs
 * it as it is, if it imports nothing of this package).
 */
export function programFile(name: 'wire-process' | 'demo-inside' | 'sandbox-exec'): string {
  return fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url))
}
