import type { AsOf, FragmentTable } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ConfigEntry, ConfigStore, ConfigStoreError, StoredConfig } from '../state/config-store.js'

/** Rewritten when so many lines, or half as many changed fragments as there are, stand behind the snapshot. */
const MANY_LINES = 2000
const MANY_FRAGMENTS = 500

/** Writes a store's journal: a line for each step, and everything anew where that has become shorter or the only way. */
export class ConfigJournal {
  readonly #store: ConfigStore
  #unwritten: ConfigEntry[] = []
  #mustRewrite = true
  #lines = 0
  #fragments = 0

  constructor(store: ConfigStore) {
    this.#store = store
  }

  load(): Promise<E.Either<ConfigStoreError, StoredConfig>> {
    return this.#store.load()
  }

  /** What was loaded is believed up to the entries given, which is to be built upon if it is sound. */
  begin(entries: readonly ConfigEntry[], isSound: boolean): void {
    this.#lines = entries.length
    this.#mustRewrite = !isSound
  }

  /** Something happened; written at the next `save`. */
  note(entry: ConfigEntry): void {
    // A place that was reached is left behind by the next one.
    if (entry.kind === 'reached' && this.#unwritten.at(-1)?.kind === 'reached') this.#unwritten.pop()
    this.#unwritten.push(entry)
    if (entry.kind === 'patch') this.#fragments += entry.patch.changes.length
    if (entry.kind === 'snapshot') this.#fragments += entry.snapshot.fragments.length
  }

  /** `appliedAsOf` is where the host was brought to; once that is `table`'s place, what led there may be forgotten. */
  save(table: FragmentTable, appliedAsOf: AsOf | null): Promise<E.Either<ConfigStoreError, void>> {
    const isMuch = this.#lines > MANY_LINES || this.#fragments > Math.max(MANY_FRAGMENTS, table.fragments.size / 2)
    const isApplied = appliedAsOf !== null && isSamePlace(appliedAsOf, table.asOf)
    return this.#mustRewrite || (isMuch && isApplied) ? this.#rewrite(table, isApplied) : this.#append()
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async #append(): Promise<E.Either<ConfigStoreError, void>> {
    const entries = this.#unwritten
    if (entries.length === 0) return E.right(undefined)
    this.#unwritten = []
    this.#lines += entries.length
    const written = await this.#store.append(entries)
    if (E.isLeft(written)) this.#mustRewrite = true
    return written
  }

  async #rewrite(table: FragmentTable, isApplied: boolean): Promise<E.Either<ConfigStoreError, void>> {
    const { asOf } = table
    const fragments = [...table.fragments.values()].map(({ fragment }) => fragment)
    const snapshot: ConfigEntry = { kind: 'snapshot', snapshot: { asOf, fragments } }
    const entries: readonly ConfigEntry[] = isApplied ? [snapshot, { kind: 'applied', asOf }] : [snapshot]
    this.#unwritten = []
    this.#lines = entries.length
    this.#fragments = 0
    const written = await this.#store.rewrite(entries)
    this.#mustRewrite = E.isLeft(written)
    return written
  }
}

/** Whether both are one place in the mesh's history. */
export const isSamePlace = (one: AsOf, other: AsOf): boolean =>
  one.epoch === other.epoch && one.revision === other.revision
