import type { Command } from 'commander'
import { ApiClient } from './api-client.js'
import type { CliIo } from './cli-io.js'
import { readLogin } from './config-file.js'
import { readCa, readGivenFile } from './given-file.js'

/** What a command works with, once its options are read. */
export interface CliContext {
  readonly io: CliIo
  readonly client: ApiClient
  readonly isJson: boolean
  readonly reason: string | undefined
  readonly isDryRun: boolean
}

export interface GlobalOptions {
  readonly url?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly ca?: string
  readonly json?: boolean
  readonly reason?: string
  readonly dryRun?: boolean
}

export const DEFAULT_URL = 'http://127.0.0.1:7400'

/** From options, then environment, then what `meshfold login` kept. */
export const contextOf = async (io: CliIo, command: Command): Promise<CliContext> => {
  const options = command.optsWithGlobals<GlobalOptions>()
  const urlGiven = options.url ?? io.env.MESHFOLD_URL
  const tokenGiven =
    options.tokenFile === undefined
      ? io.env.MESHFOLD_TOKEN
      : (await readGivenFile('--token-file', options.tokenFile)).trim()
  const login = urlGiven !== undefined && tokenGiven !== undefined ? undefined : await readLogin(io.env)
  const url = urlGiven ?? login?.url ?? DEFAULT_URL
  // A token is for the server that gave it, and not shown to another.
  const token = tokenGiven ?? (login?.url === url ? login.token : undefined)
  const ca = options.ca === undefined ? (login?.url === url ? login.ca : undefined) : await readCa(options.ca)
  const { json: isJson = false, dryRun: isDryRun = false, reason } = options
  return { io, client: new ApiClient({ url, token, ca }), isJson, isDryRun, reason }
}

/** Prints an answer: as JSON for programs, or in words. */
export const print = <A>({ io, isJson }: CliContext, answer: A, words: (answer: A) => string): void =>
  io.stdout(isJson ? `${JSON.stringify(answer)}\n` : words(answer))
