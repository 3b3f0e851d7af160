/**
 * Which hosts are connected to which of the servers that share a data folder: a small file a server, rewritten while it runs. Only
 * hosts whose absence has consequences are in it, so most meshes never have one.
 */
import { randomBytes } from 'node:crypto'
import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeWith, type HostId, hostIdCodec } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { ignoreMissing, readIfThere, writeWhole } from '../secrets/whole-files.js'

const presenceFile = t.type({ atEpochMs: t.number, hosts: t.array(hostIdCodec) })

/** A server that has not written for so long is gone. */
const MOST_AGE_MS = 20_000
/** And was killed: its file is in nobody's way, and of no use. One that is wrong about this writes its own anew. */
const LEFT_BEHIND_MS = 3_600_000

export class SharedPresence {
  readonly #folder: string
  readonly #ownName = `${process.pid}-${randomBytes(4).toString('hex')}.json`
  #isWritten = false

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'presence')
  }

  /** Tells the other servers; to be repeated every few seconds. */
  async tell(hosts: readonly HostId[], nowEpochMs: number): Promise<void> {
    if (hosts.length === 0 && !this.#isWritten) return
    const content = JSON.stringify({ atEpochMs: nowEpochMs, hosts })
    await writeWhole(join(this.#folder, this.#ownName), new TextEncoder().encode(content))
    this.#isWritten = true
  }

  /** What the other servers told lately. */
  async others(nowEpochMs: number): Promise<ReadonlySet<HostId>> {
    const hosts = new Set<HostId>()
    const names = (await readdir(this.#folder).catch(ignoreMissing)) ?? []
    for (const name of names) {
      if (name === this.#ownName || !/^[\w-]+\.json$/.test(name)) continue
      const told = await this.#read(join(this.#folder, name))
      if (told === undefined) continue
      const ageMs = Math.abs(nowEpochMs - told.atEpochMs)
      if (ageMs <= MOST_AGE_MS) for (const hostId of told.hosts) hosts.add(hostId)
      if (ageMs > LEFT_BEHIND_MS) await unlink(join(this.#folder, name)).catch(ignoreMissing)
    }
    return hosts
  }

  /** Takes the own file away. */
  async close(): Promise<void> {
    if (this.#isWritten) await unlink(join(this.#folder, this.#ownName)).catch(ignoreMissing)
  }

  async #read(path: string): Promise<t.TypeOf<typeof presenceFile> | undefined> {
    const text = new TextDecoder().decode(await readIfThere(path))
    const json = E.tryCatch(
      () => JSON.parse(text) as unknown,
      () => undefined,
    )
    const decoded = decodeWith(presenceFile, E.isRight(json) ? json.right : undefined)
    return E.isRight(decoded) ? decoded.right : undefined
  }
}
