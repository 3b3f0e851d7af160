import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { type EnrollmentToken, parseEnrollmentToken } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { CliFailure, usageFailure } from './cli-failure.js'
import type { Output } from './output.js'

/** The environment variable that a token is taken from. */
export const TOKEN_VARIABLE = 'MESHFOLD_ENROLLMENT_TOKEN'

/** The token, from the first place that has one. What is no token is refused without repeating any of it. */
export async function readToken(
  options: { readonly token?: string; readonly tokenFile?: string },
  output: Output,
): Promise<EnrollmentToken> {
  const token = parseEnrollmentToken(await tokenText(options, output))
  if (E.isRight(token)) return token.right
  throw new CliFailure(token.left.code, `${token.left.reason} Make one on the server: meshfold key create`, 2)
}

async function tokenText(
  { token, tokenFile }: { readonly token?: string; readonly tokenFile?: string },
  output: Output,
): Promise<string> {
  if (token !== undefined) {
    output.note(
      `Warning: every user of this machine can read the command line, and with it the token. Better: ${TOKEN_VARIABLE}, --token-file, or standard input.`,
    )
    return token
  }
  if (tokenFile !== undefined && tokenFile !== '-') return readTokenFile(tokenFile)
  const fromEnvironment = process.env[TOKEN_VARIABLE]
  if (tokenFile === undefined && fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment
  if (process.stdin.isTTY) {
    throw usageFailure(
      `No enrolment token. Give it by the environment (${TOKEN_VARIABLE}=…), by --token-file <file>, or on standard input. Make one on the server: meshfold key create`,
    )
  }
  return text(process.stdin)
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw usageFailure(`--token-file ${file} can't be read: ${error instanceof Error ? error.message : 'no such file'}`)
  }
}
