/** A host that is a list of answers: which programs the driver runs on it, with which words, and what it makes of the ends. */
import { samplePublicKey } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import type { Command, CommandResult } from '../../src/command.js'
import type { LinuxHost } from '../../src/linux-host.js'
import { createValueParsers } from '../../src/observe/value-parsers.js'
import { publicKeyOf } from '../../src/private-key.js'

const privateKey = new Uint8Array(32).fill(0x42)

/** The host's private key as `wg` reads it: must never be seen. */
export const secret = Buffer.from(privateKey).toString('base64')

/** The host's own key. */
export const publicKey = publicKeyOf(privateKey) ?? samplePublicKey(1)

/** How a program ends; success without output where left out. */
export type Answer = Partial<CommandResult>

/** A host with the WireGuard of its kernel that answers by the first words that fit. */
export function hostAnswering(answers: Readonly<Record<string, Answer>> = {}) {
  const commands: Command[] = []
  const host: LinuxHost = {
    interfaceName: 'mesh0',
    firewall: undefined,
    marks: undefined,
    hasNft: false,
    choice: 'automatic',
    wireguardGo: '/opt/wireguard-go',
    privateKey: async () => E.right(privateKey),
    nowEpochMs: () => 0,
    parsers: createValueParsers(),
    seenImplementation: { current: undefined },
    seenKey: { current: undefined },
    files: { rootFolder: '/nonexistent', interfaceName: 'mesh0' },
    hasNames: false,
    seenHosts: { current: undefined },
    runner: async (command) => {
      commands.push(command)
      const line = lineOf(command)
      const found = Object.entries(answers).find(([words]) => line.includes(words))?.[1]
      return E.right({ exitCode: 0, stdout: '', stderr: '', ...found })
    },
    socket: {
      path: '/nonexistent/mesh0.sock',
      isPresent: () => false,
      get: async () => E.right(undefined),
      set: async () => E.right('nobody-there'),
      remove: async () => E.right(undefined),
    },
  }
  return { host, commands, lines: () => commands.map(lineOf) }
}

/** What a program is told; one line that `ip` reads as if it stood behind its name. */
const lineOf = ({ file, args, stdin }: Command): string =>
  args.join(' ') === '-batch -' ? `${file} ${stdin?.trim()}` : [file, ...args].join(' ')
