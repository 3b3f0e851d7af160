/** A driver's commands through the shell that every host has anyway: `nsenter` would be a process more for each of them. */
import type { Command, CommandRunner } from '@meshfold/driver-linux'
import * as E from 'fp-ts/lib/Either.js'
import type { Host } from '../net/host.js'
import { quote } from '../net/shell-channel.js'

/** What a shell says of a program that it can't find. */
const notFound = 127

/** One after the other, in the C locale, as the driver's own runner does it. */
export const shellRunner =
  (host: Pick<Host, 'trySh'>): CommandRunner =>
  async (command) => {
    try {
      const { code, stdout, stderr } = await host.trySh(shellText(command))
      return code === notFound ? E.left({ code: 'program-missing' }) : E.right({ exitCode: code, stdout, stderr })
    } catch (error) {
      return E.left({ code: 'not-started', reason: error instanceof Error ? error.message : String(error) })
    }
  }

/** Who stays behind keeps no output open, and says why it did not. */
function shellText({ file, args, stdin, staysBehind }: Command): string {
  const words = ['LC_ALL=C', ...[file, ...args].map(quote)].join(' ')
  if (staysBehind === true)
    return `cd / && ${words} </dev/null >/dev/null 2>/run/said; code=$?; cat /run/said >&2; exit $code`
  return stdin === undefined ? words : `printf %s ${quote(stdin)} | ${words}`
}
