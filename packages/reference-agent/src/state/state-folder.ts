import { existsSync } from 'node:fs'
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Crypto, decodeWith, type SecretVault, type WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { CONTROL_SOCKET } from '../control/control-protocol.js'
import { type EnrollmentRecord, enrollmentRecordCodec } from '../enrollment/enrollment-record.js'
import { createKeyRing, type KeyRing } from '../enrollment/key-ring.js'
import { isMissing, reasonOf, writeFileAtomically } from './atomic-file.js'
import type { ConfigStore } from './config-store.js'
import { createFileConfigStore } from './file-config-store.js'
import { createFileSecretVault } from './file-secret-vault.js'
import { takeLock } from './lock-file.js'
import { makeFolder } from './make-folder.js'
import { createFilePathStore, type PathStore } from './path-store.js'
import { createFileProbationStore, type ProbationStore } from './probation-store.js'

export type StateFolderError =
  | { readonly code: 'state-unavailable'; readonly reason: string }
  /** What is there is not what an agent writes. */
  | {
      readonly code: 'state-damaged'
      readonly file: string
      readonly reason: string
      /** Of the interface that it spoke of, where that much can still be read. */
      readonly interfaceName: string | undefined
    }

/** Everything that one agent keeps: its keys, what enrolment gave to it, and the last config. */
export class StateFolder {
  constructor(readonly path: string) {}

  get lockFile(): string {
    return join(this.path, 'agent.lock')
  }

  /** Held by who makes keys and enrols. */
  get enrollmentLockFile(): string {
    return join(this.path, 'enrollment.lock')
  }

  get vault(): SecretVault {
    return createFileSecretVault(join(this.path, 'keys'))
  }

  /** This host's WireGuard keys, and its record of which one it is known by. */
  keyRing(crypto: Crypto): KeyRing {
    return createKeyRing({ vault: this.vault, crypto, noteKey: (key) => this.#noteKey(key) })
  }

  /** Where the server's name led to. */
  get serverAddressesFile(): string {
    return join(this.path, 'server-addresses.json')
  }

  configStore(viewer: string): ConfigStore {
    return createFileConfigStore(join(this.path, 'config.journal'), viewer)
  }

  /** What paths remember. */
  pathStore(): PathStore {
    return createFilePathStore(join(this.path, 'paths.json'))
  }

  /** What of the config proved itself. */
  probationStore(): ProbationStore {
    return createFileProbationStore(join(this.path, 'probation.json'))
  }

  /** Makes the folder where it isn't there, for its owner alone. */
  async make(): Promise<E.Either<StateFolderError, void>> {
    try {
      await makeFolder(this.path)
      const { mode } = await stat(this.path)
      if ((mode & 0o022) === 0) return E.right(undefined)
      return unavailable(`others may change ${this.path}: chmod 700 it, or choose another folder`)
    } catch (error) {
      return unavailable(reasonOf(error))
    }
  }

  /** `undefined`: this host has not enrolled. */
  async readEnrollment(): Promise<E.Either<StateFolderError, EnrollmentRecord | undefined>> {
    try {
      const text = await readFile(this.#enrollmentFile, 'utf8')
      const decoded = decodeWith(enrollmentRecordCodec, parseJson(text))
      if (E.isRight(decoded)) return decoded
      const [file, reason] = [this.#enrollmentFile, decoded.left.message]
      return E.left({ code: 'state-damaged', file, reason, interfaceName: interfaceNameIn(text) })
    } catch (error) {
      return isMissing(error) ? E.right(undefined) : unavailable(reasonOf(error))
    }
  }

  async writeEnrollment(record: EnrollmentRecord): Promise<E.Either<StateFolderError, void>> {
    try {
      await writeFileAtomically(this.#enrollmentFile, `${JSON.stringify(record, undefined, 2)}\n`)
      return E.right(undefined)
    } catch (error) {
      return unavailable(reasonOf(error))
    }
  }

  /** Whether there is anything that `purge` takes away. */
  holdsAnything(): boolean {
    return KEPT.some((name) => existsSync(join(this.path, name)))
  }

  /** Takes away all that an agent keeps, the keys too; whatever else is in the folder stays. */
  async purge(): Promise<E.Either<StateFolderError, void>> {
    try {
      for (const name of KEPT) await rm(join(this.path, name), { recursive: true, force: true })
      return E.right(undefined)
    } catch (error) {
      return unavailable(reasonOf(error))
    }
  }

  /** Not while somebody enrols, who writes the record too. */
  async #noteKey(wireguardKey: WireguardPublicKey): Promise<E.Either<{ code: string; reason: string }, void>> {
    const lock = await takeLock(this.enrollmentLockFile)
    if (E.isLeft(lock)) return E.left({ reason: 'somebody enrols this host', ...lock.left })
    try {
      const record = await this.readEnrollment()
      if (E.isLeft(record)) return record
      if (record.right === undefined || record.right.wireguardKey === wireguardKey) return E.right(undefined)
      return await this.writeEnrollment({ ...record.right, wireguardKey })
    } finally {
      lock.right.release()
    }
  }

  get #enrollmentFile(): string {
    return join(this.path, 'enrollment.json')
  }
}

const KEPT = [
  'keys',
  'enrollment.json',
  'config.journal',
  'paths.json',
  'server-addresses.json',
  'probation.json',
  'enrollment.lock',
  CONTROL_SOCKET,
]

/** Also from half a file. */
const interfaceNameIn = (text: string): string | undefined =>
  /"interfaceName":\s*"([a-zA-Z0-9_=+-][a-zA-Z0-9_=+.-]{0,14})"/.exec(text)?.[1]

const unavailable = (reason: string): E.Either<StateFolderError, never> => E.left({ code: 'state-unavailable', reason })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
