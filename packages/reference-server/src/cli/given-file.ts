import { readFile } from 'node:fs/promises'
import { usage } from './cli-error.js'

/** The text of a file that an option names. */
export const readGivenFile = (option: string, path: string): Promise<string> =>
  readFile(path, 'utf8').catch((thrown: unknown) => {
    throw usage(`${option} ${path} can't be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  })

/** Certificates to trust, in PEM; those of a file without any would be nobody's. */
export const readCa = async (path: string): Promise<string> => {
  const text = await readGivenFile('--ca', path)
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw usage(`--ca ${path} holds no certificate in PEM (a text with BEGIN CERTIFICATE).`)
}
