/** A driver for machines that are configured by a file: it keeps a `wg-quick` file as it should be. Bringing it up is theirs. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import {
  applyHostChanges,
  type DriverCapabilities,
  type HostChange,
  type HostDriver,
  type HostDriverError,
  noCapabilities,
  type ObservedHost,
  type WireguardPublicKey,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { parseWgQuick, renderWgQuick } from './wg-quick-text.ts'

export interface FileDriverOptions {
  readonly file: string
  /** Of the private key that lies on the machine; this driver never sees it. */
  readonly ownKey: () => WireguardPublicKey
  readonly nowEpochMs: () => number
}

// #region driver
const capabilities: DriverCapabilities = {
  ...noCapabilities,
  'isolate-networks': { supported: false, consequence: 'A file has no packet filter: keep each host in one network.' },
}

export const createFileDriver = ({ file, ownKey, nowEpochMs }: FileDriverOptions): HostDriver => {
  const observe = async (): Promise<E.Either<HostDriverError, ObservedHost>> => {
    try {
      return E.right(parseWgQuick(await readFile(file, 'utf8'), nowEpochMs()))
    } catch (error) {
      if (isMissing(error)) return E.right(parseWgQuick('', nowEpochMs()))
      return E.left({ code: 'host-answer-unreadable', action: 'observe', reason: String(error) })
    }
  }

  const execute = async (change: HostChange): Promise<E.Either<HostDriverError, void>> => {
    const observed = await observe()
    if (E.isLeft(observed)) return observed
    const refusal = whyNot(change, observed.right, ownKey())
    if (refusal !== undefined) return E.left(refusal)
    const next = applyHostChanges(observed.right, [change], { name: 'mesh0', implementation: 'userspace' })
    await replaceFile(file, renderWgQuick(next))
    return E.right(undefined)
  }

  return { capabilities, observe, execute, close: async () => {} }
}

/** What makes no sense is refused aloud; taking away what is not there is fine. */
const whyNot = (change: HostChange, host: ObservedHost, ownKey: WireguardPublicKey): HostDriverError | undefined => {
  const refuse = (reason: string): HostDriverError => ({ code: 'host-refused', action: change.kind, reason })
  switch (change.kind) {
    case 'remove-interface':
    case 'remove-address':
    case 'remove-peer':
    case 'remove-route':
    case 'refresh-underlay':
      return undefined
    case 'create-interface':
      return change.publicKey === ownKey ? undefined : refuse('the private key here is another one')
    case 'set-private-key':
    case 'set-listen-port':
    case 'set-mtu':
    case 'bring-up':
    case 'add-address':
    case 'set-peer':
    case 'add-route':
      if (host.interface === undefined) return refuse('there is no interface')
      if (change.kind === 'set-private-key' && change.publicKey !== ownKey) return refuse('the private key is another')
      if (change.kind === 'set-peer' && change.publicKey === ownKey) return refuse('a host is no peer of its own')
      return undefined
    default:
      return {
        code: 'change-unsupported',
        change: (change as HostChange).kind,
        reason: 'this driver is older than that',
      }
  }
}
// #endregion

/** Whole or not at all, also when the machine stops in the middle. */
const replaceFile = async (file: string, text: string): Promise<void> => {
  if (text === '') return rm(file, { force: true })
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
