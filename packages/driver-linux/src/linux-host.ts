import type { HostDriverError, ObservedInterface, WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandRunner } from './command.js'
import type { FirewallBackend } from './firewall/firewall-backend.js'
import type { MarkBackend } from './firewall/mark-backend.js'
import { runTool, runTools, type ToolCommand } from './host-tool.js'
import type { PrivateKeySource, WireguardChoice } from './linux-driver-options.js'
import type { FilePlace } from './names/text-file.js'
import type { ValueParsers } from './observe/value-parsers.js'
import type { Unreadable } from './observe/wireguard-device.js'
import type { Outcome } from './outcome.js'
import type { HostsReading } from './render/hosts-text.js'
import type { UserspaceSocket } from './userspace-socket.js'

/** The host as the driver's parts reach it: everything they need from outside, as values. */
export interface LinuxHost {
  readonly interfaceName: string
  readonly choice: WireguardChoice
  /** What to run as wireguard-go. */
  readonly wireguardGo: string
  readonly runner: CommandRunner
  /** How packets are filtered here; `undefined`: the host has nothing for it. */
  readonly firewall: FirewallBackend | undefined
  /** How what stays outside a full tunnel is marked; `undefined`: the host has nothing for it. */
  readonly marks: MarkBackend | undefined
  /** Whether there is an nft that may be asked: for filters of others, whatever our own is made with. */
  readonly hasNft: boolean
  readonly socket: UserspaceSocket
  readonly privateKey: PrivateKeySource
  readonly nowEpochMs: () => number
  /** Where its hosts file and resolv.conf are. */
  readonly files: FilePlace
  /** Whether the hosts file may be written. */
  readonly hasNames: boolean
  /** The hosts file as last read. */
  readonly seenHosts: { current: { readonly text: string | undefined; readonly reading: HostsReading } | undefined }
  readonly parsers: ValueParsers
  /** How the own interface was made, as last seen; `undefined`: there was none. */
  readonly seenImplementation: { current: ObservedInterface['implementation'] | undefined }
  /** The interface's own key as last seen or set; spares a look at the private key for each peer. */
  readonly seenKey: { current: WireguardPublicKey | undefined }
}

/** The host before it is known what its packets are filtered and marked with. */
export type BareHost = Omit<LinuxHost, 'firewall' | 'marks'>

export type { Outcome }

/** Runs one tool. */
export const run = (host: Pick<LinuxHost, 'runner'>, command: ToolCommand, action: string): Outcome<string> =>
  runTool(host.runner, command, action)

/** Runs tools in order, up to the first that fails. */
export const runAll = (host: Pick<LinuxHost, 'runner'>, commands: readonly ToolCommand[], action: string): Outcome =>
  runTools(host.runner, commands, action)

/** Runs one tool and reads its answer. */
export async function runAndRead<A>(
  host: LinuxHost,
  command: ToolCommand,
  action: string,
  read: (text: string) => E.Either<Unreadable, A>,
): Outcome<A> {
  const printed = await run(host, command, action)
  return E.isLeft(printed) ? printed : orUnreadable(read(printed.right), action)
}

/** A parser's answer as a driver's. */
export const orUnreadable = <A>(parsed: E.Either<Unreadable, A>, action: string): E.Either<HostDriverError, A> =>
  E.isRight(parsed) ? parsed : E.left({ code: 'host-answer-unreadable', action, reason: parsed.left.reason })

/** The host refused, in the driver's words. */
export const refuse = (action: string, reason: string): E.Either<HostDriverError, never> =>
  E.left({ code: 'host-refused', action, reason })
