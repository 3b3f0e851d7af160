import { readFile } from 'node:fs/promises'
import { usage } from './cli-error.js'

/** The text of a file that an option names. */
export const readGivenFile = (option: string, path: string): Promise<string> =>
  readFile(path, 'utf8').catch((thrown: unknown) => {
    throw usage(`${option} ${path} can't be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  })
