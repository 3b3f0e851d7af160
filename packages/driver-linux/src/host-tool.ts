import type { HostDriverError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandFailure, CommandResult, CommandRunner } from './command.js'
import { BATCH_NAMES_ITS_LINES } from './linux-pitfalls.js'

/** The programs that the driver runs. */
export type Tool =
  | 'ip'
  | 'wg'
  | 'wireguard-go'
  | 'sysctl'
  | 'nft'
  | 'ipset'
  | 'resolvconf'
  | 'resolvectl'
  | IptablesTool

/** Programs of the package iptables, of either kind. */
export type IptablesTool = `${'iptables' | 'ip6tables'}${'' | '-nft' | '-legacy'}-${'save' | 'restore'}`

/** One call of a tool, as `render/` makes it. */
export interface ToolCommand {
  readonly tool: Tool
  readonly args: readonly string[]
  /** May be secret. */
  readonly stdin?: string
  /** Errors that mean "it is so already" and count as success. */
  readonly tolerates?: RegExp
}

/** The Debian and Ubuntu package that holds each tool. */
const PACKAGES: Readonly<Record<Exclude<Tool, IptablesTool>, string>> = {
  ip: 'iproute2',
  wg: 'wireguard-tools',
  'wireguard-go': 'wireguard-go',
  sysctl: 'procps',
  nft: 'nftables',
  ipset: 'ipset',
  resolvconf: 'openresolv',
  resolvectl: 'systemd-resolved',
}

const packageOf = (tool: Tool): string => (tool in PACKAGES ? PACKAGES[tool as keyof typeof PACKAGES] : 'iptables')

const LONGEST_REASON = 300

/** Runs a tool; the right side is what it printed on stdout. `action` names the deed in errors. */
export async function runTool(
  runner: CommandRunner,
  command: ToolCommand,
  action: string,
): Promise<E.Either<HostDriverError, string>> {
  const { tool, args, stdin } = command
  const ended = await runner({ file: tool, args, ...(stdin === undefined ? {} : { stdin }) })
  if (E.isLeft(ended)) return E.left(toolFailure(tool, ended.left, action))
  if (ended.right.exitCode === 0) return E.right(ended.right.stdout)
  if (command.tolerates?.test(ended.right.stderr) === true) return E.right(ended.right.stdout)
  return E.left(toolRefusal(ended.right, action, stdin))
}

/** Runs tools in order, up to the first that fails. */
export async function runTools(
  runner: CommandRunner,
  commands: readonly ToolCommand[],
  action: string,
): Promise<E.Either<HostDriverError, void>> {
  for (const command of commands) {
    const ended = await runTool(runner, command, action)
    if (E.isLeft(ended)) return ended
  }
  return E.right(undefined)
}

/** Nobody wants to know any more. */
export const givenUp = (action: string): HostDriverError => ({
  code: 'given-up',
  action,
  reason: 'something more urgent waits',
})

/** Why a tool gave no result, as a driver's error. */
export function toolFailure(tool: Tool, failure: CommandFailure, action: string): HostDriverError {
  switch (failure.code) {
    case 'given-up':
      return givenUp(action)
    case 'program-missing':
      return { code: 'host-tool-missing', tool, reason: `\`${tool}\` was not found: ${installHint(tool)}` }
    case 'timed-out':
      return { code: 'host-refused', action, reason: `\`${tool}\` did not end within ${failure.afterMs} ms` }
    case 'output-too-long':
      return { code: 'host-answer-unreadable', action, reason: `\`${tool}\` printed over ${failure.limitBytes} bytes` }
    case 'not-started':
      return { code: 'host-refused', action, reason: `\`${tool}\` could not be started: ${failure.reason}` }
  }
}

/** BusyBox has programs of the same names that can't do half of it. */
export function toolTooPoor(tool: Tool): HostDriverError {
  const reason = `\`${tool}\` is not the one of ${packageOf(tool)} (BusyBox?): ${installHint(tool)}`
  return { code: 'host-tool-missing', tool, reason }
}

/** A tool's own words as a driver's error, without the secret it was fed. */
export function toolRefusal(result: CommandResult, action: string, secret: string | undefined): HostDriverError {
  const words = withoutSecret(result.stderr, secret)
    .replace(BATCH_NAMES_ITS_LINES, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_REASON)
  const reason = words === '' ? `exit code ${result.exitCode}` : words
  const isDenied = /operation not permitted|permission denied/i.test(words)
  return isDenied ? { code: 'host-permission-denied', action, reason } : { code: 'host-refused', action, reason }
}

function installHint(tool: Tool): string {
  const hint = `install the package ${packageOf(tool)} (Debian, Ubuntu: apt-get install ${packageOf(tool)})`
  if (tool !== 'wireguard-go') return hint
  return `${hint}, a kernel with WireGuard, or name the program in MESHFOLD_WIREGUARD_GO`
}

/** `wg` repeats a key that it can't read in its error. */
function withoutSecret(text: string, secret: string | undefined): string {
  const bare = secret?.trim() ?? ''
  return bare === '' ? text : text.replaceAll(bare, '[redacted]')
}
