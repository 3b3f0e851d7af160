/** The command line in this process, with everything that it prints. */
import { expect } from 'vitest'
import type { CliIo } from '../../src/cli/cli-io.js'
import { runCli } from '../../src/cli/run-cli.js'
import type { TestServer } from './test-server.js'

export interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** What a command line may touch, and what it printed so far. */
export const recordingIo = (
  env: Record<string, string>,
  secret: string,
  interrupted: AbortSignal,
): { readonly io: CliIo; readonly run: { out: string; err: string } } => {
  const run = { out: '', err: '' }
  const io: CliIo = {
    stdout: (text) => {
      run.out += text
    },
    stderr: (text) => {
      run.err += text
    },
    env,
    readSecret: async () => secret,
    interrupted,
    isTerminal: false,
  }
  return { io, run }
}

export const runLine = async (env: Record<string, string>, args: readonly string[], secret = ''): Promise<Run> => {
  const { io, run } = recordingIo(env, secret, new AbortController().signal)
  const code = await runCli(args, io)
  return { code, ...run }
}

/** Command lines of the administrator of one server. `ok` expects that nothing goes wrong. */
export const commandLineOf = (
  server: () => Pick<TestServer, 'url' | 'token'>,
): {
  readonly cli: (...args: readonly string[]) => Promise<Run>
  readonly ok: (...args: readonly string[]) => Promise<string>
} => {
  const cli = (...args: readonly string[]) => {
    const { url, token } = server()
    return runLine({ MESHFOLD_URL: url, MESHFOLD_TOKEN: token, HOME: '/nowhere' }, args)
  }
  const ok = async (...args: readonly string[]) => {
    const { code, out, err } = await cli(...args)
    expect(err, args.join(' ')).toBe('')
    expect(code).toBe(0)
    return out
  }
  return { cli, ok }
}
