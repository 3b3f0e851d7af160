/** The recorded hosts in `fixtures/`, and how one is replayed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ObservedHost } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { Command } from '../../src/command.js'
import { nftBackend } from '../../src/firewall/nft-backend.js'
import { nftMarks } from '../../src/firewall/nft-marks.js'
import type { BareHost, LinuxHost } from '../../src/linux-host.js'
import { createValueParsers } from '../../src/observe/value-parsers.js'

const root = fileURLToPath(new URL('../../fixtures/', import.meta.url))

/** What a host's `setup.sh` finds there: the folder with what several of them share. */
export const fixtureVariables = `fixtures='${root}'`

/** The moment at which recorded hosts are observed. */
export const fixtureTimeEpochMs = 1_750_000_000_000

/** Every recorded host. */
export const fixtureNames: readonly string[] = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

/** A file of a recorded host. */
export function fixturePath(name: string, file: string): string {
  return `${root}${name}/${file}`
}

/** The content of a file of a recorded host; `undefined` when it has no such file. */
export function readFixture(name: string, file: string): string | undefined {
  const path = fixturePath(name, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

/** The files in which the output of a command is recorded: one for all, or one for each line of a batch. */
export function recordingsOf({ file, args, stdin = '' }: Command): readonly (string | undefined)[] {
  if (!args.includes('-batch') || stdin.startsWith('route get')) return [recordingOf({ file, args })]
  const lines = stdin.split('\n').filter((line) => line !== '')
  return lines.map((line) => recordingOf({ file, args: [...args.slice(0, -3), ...line.split(' ')] }))
}

function recordingOf({ file, args }: Pick<Command, 'file' | 'args'>): string | undefined {
  if (file === 'wg') return 'wg-dump.txt'
  if (file === 'sysctl') return recordingOfSwitches(args)
  if (file === 'nft') return args.includes('-j') ? nftRecordingOf(args) : undefined
  if (args.includes('addr')) return 'ip-addr.json'
  if (args.includes('-batch')) return 'ip-ways.txt'
  const family = args.includes('-6') ? 6 : 4
  if (args.includes('rule')) return `ip-rule-${family}.json`
  if (!args.includes('route')) return undefined
  return args.includes('all') ? `ip-policy-${family}.json` : `ip-route-${family}.json`
}

const nftRecordingOf = (args: readonly string[]): string => {
  if (args.join(' ').includes('list chains')) return 'nft-tables.txt'
  if (args.at(-1)?.endsWith('_bypass') === true) return 'nft-bypass.json'
  return args.at(-1)?.startsWith('meshfold_') ? 'nft-table.json' : `nft-${args.slice(-2).join('-')}.json`
}

const recordingOfSwitches = (args: readonly string[]): string | undefined => {
  if (args.includes('-a') || args.includes('-w')) return undefined
  return args.some((each) => each.includes('mark')) ? 'sysctl-bypass.txt' : 'sysctl.txt'
}

/** What a host without policy routing, or without the interface, has nothing to record of. */
const seldom = /^(nft-|ip-route-|ip-rule-|ip-policy-|ip-ways)/

/** A host that answers what was recorded, after `edit`. */
export function replayHost(name: string, edit: (file: string, text: string) => string = (_, text) => text): LinuxHost {
  const recorded = (file: string) => {
    const text = readFixture(name, file)
    return text === undefined ? undefined : edit(file, text)
  }
  const host: BareHost = {
    interfaceName: 'mesh0',
    hasNft: true,
    choice: 'automatic',
    wireguardGo: 'wireguard-go',
    privateKey: async () => E.left({ reason: 'recorded hosts hold no key' }),
    nowEpochMs: () => fixtureTimeEpochMs,
    parsers: createValueParsers(),
    seenImplementation: { current: undefined },
    seenKey: { current: undefined },
    files: { rootFolder: '/nonexistent', interfaceName: 'mesh0' },
    hasNames: false,
    seenHosts: { current: undefined },
    runner: async (command) => {
      const isNft = command.file === 'nft'
      const answers = recordingsOf(command).map((file = 'nothing') => {
        const answer = recorded(file) ?? (seldom.test(file) || isNft ? '' : undefined)
        return answer !== undefined && file.endsWith('.json') ? inOneLine(answer) : answer
      })
      return E.right(
        answers.includes(undefined)
          ? { exitCode: 1, stdout: '', stderr: '' }
          : { exitCode: 0, stdout: answers.join('\n'), stderr: '' },
      )
    },
    socket: {
      path: '/nonexistent/mesh0.sock',
      isPresent: () => false,
      get: async () => E.right(recorded('uapi-get.txt')?.split('\n')),
      set: async () => E.right('nobody-there'),
      remove: async () => E.right(undefined),
    },
  }
  return { ...host, firewall: nftBackend(host), marks: nftMarks(host) }
}

/** As programs print it, where it still is JSON. */
function inOneLine(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

/** An observation as JSON shows it: peers as a list, absence as null. Names are in files, which are not recorded. */
export function observationAsJson({ names: _, ...host }: ObservedHost): unknown {
  const peers = [...host.peers.values()].sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1))
  const shown = (_: string, value: unknown) => (value instanceof Map ? [...value] : value === undefined ? null : value)
  return JSON.parse(JSON.stringify({ ...host, peers }, shown))
}
