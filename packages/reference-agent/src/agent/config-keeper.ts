/**
 * What an agent received: fragments in memory, a journal of them on disk, and the desired host made of them. Every step is taken
 * whole or not at all, and none goes back.
 */
import {
  type AsOf,
  applyPatch,
  compareAsOf,
  type DesiredHost,
  type FragmentKind,
  type FragmentTable,
  fragmentIdOf,
  type HostId,
  type Patch,
  type PatchError,
  parseFragmentId,
  type Snapshot,
  tableOfSnapshot,
  type WireguardPublicKey,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ConfigEntry, ConfigStore, ConfigStoreError } from '../state/config-store.js'
import { type ConfigStep, LiveConfig } from './live-config.js'
import { replayJournal } from './replay-journal.js'

/** One message's content, for the log. */
export interface Received {
  readonly kind: 'snapshot' | 'patch'
  readonly asOf: AsOf
  /** How many fragments the message spoke of. */
  readonly fragments: number
  /** The same by kind. */
  readonly kinds: Readonly<Partial<Record<FragmentKind, number>>>
  readonly atMs: number
}

/** What was received and not yet applied, in one. */
export interface Batch extends ConfigStep {
  readonly asOf: AsOf
  readonly received: readonly Received[]
}

/** Why a patch isn't taken. */
export type PatchRefusal = PatchError | { readonly code: 'nothing-held' }

/** What a start found on disk. */
export interface LoadedConfig {
  readonly asOf: AsOf | null
  /** What an earlier run brought the host to, as far as the journal tells. */
  readonly appliedDesired: DesiredHost | undefined
  /** What of the journal was lost; `null`: nothing. */
  readonly damage: string | null
}

/** Rewritten when so many lines, or half as many changed fragments as there are, stand behind the snapshot. */
const JOURNAL_LINES = 2000
const JOURNAL_FRAGMENTS = 500

export class ConfigKeeper {
  readonly live: LiveConfig = new LiveConfig()
  readonly #viewer: HostId
  readonly #store: ConfigStore
  readonly #monotonicMs: () => number
  #table: FragmentTable | undefined
  #appliedAsOf: AsOf | null = null
  #batch: (Batch & { readonly changedPeers: Set<WireguardPublicKey> }) | undefined
  #unwritten: ConfigEntry[] = []
  #mustRewrite = true
  #lines = 0
  #fragments = 0

  constructor(options: {
    readonly viewer: HostId
    readonly store: ConfigStore
    readonly monotonicMs: () => number
  }) {
    this.#viewer = options.viewer
    this.#store = options.store
    this.#monotonicMs = options.monotonicMs
  }

  get table(): FragmentTable | undefined {
    return this.#table
  }

  /** Up to where the config is held; `null`: none is. */
  get receivedAsOf(): AsOf | null {
    return this.#table?.asOf ?? null
  }

  /** Up to where the host was brought. */
  get appliedAsOf(): AsOf | null {
    return this.#appliedAsOf
  }

  get hasBatch(): boolean {
    return this.#batch !== undefined
  }

  /** Reads the journal. What can't be read is left out: an older config is better than none. */
  async load(): Promise<E.Either<ConfigStoreError, LoadedConfig>> {
    const stored = await this.#store.load()
    if (E.isLeft(stored)) return stored
    const replayed = replayJournal(this.#viewer, stored.right.entries)
    const damage = stored.right.damage ?? replayed.damage
    this.#table = replayed.table
    this.#appliedAsOf = replayed.appliedAsOf
    this.#mustRewrite = replayed.table === undefined || damage !== null
    this.#lines = stored.right.entries.length
    if (replayed.table !== undefined) this.live.reset(replayed.table)
    return E.right({ asOf: this.receivedAsOf, appliedDesired: replayed.appliedDesired, damage })
  }

  /** Refused where it is older than what is held. */
  takeSnapshot(snapshot: Snapshot): E.Either<PatchError, void> {
    const held = this.receivedAsOf
    if (held !== null && compareAsOf(snapshot.asOf, held) < 0) {
      return E.left({ code: 'patch-goes-back', held, patch: snapshot.asOf })
    }
    this.#table = tableOfSnapshot(this.#viewer, snapshot)
    this.#note(snapshot.asOf, this.live.reset(this.#table), {
      kind: 'snapshot',
      ids: snapshot.fragments.map(fragmentIdOf),
    })
    this.#unwritten.push({ kind: 'snapshot', snapshot })
    return E.right(undefined)
  }

  /** Refused where it doesn't fit what is held, or nothing is. */
  takePatch(patch: Patch): E.Either<PatchRefusal, void> {
    const table = this.#table
    if (table === undefined) return E.left({ code: 'nothing-held' })
    const touched = applyPatch(table, patch)
    if (E.isLeft(touched)) return touched
    const step = this.live.update(table, touched.right)
    this.#note(patch.asOf, step, { kind: 'patch', ids: patch.changes.map(({ fragment }) => fragment) })
    this.#unwritten.push({ kind: 'patch', patch })
    return E.right(undefined)
  }

  /** Nothing that concerns this host happened up to there. */
  takeReached(asOf: AsOf): void {
    const held = this.receivedAsOf
    if (this.#table === undefined || held === null || held.epoch !== asOf.epoch) return
    if (compareAsOf(asOf, held) <= 0 || E.isLeft(applyPatch(this.#table, { asOf, changes: [] }))) return
    this.#unwritten.push({ kind: 'reached', asOf })
    if (this.#batch !== undefined) this.#batch = { ...this.#batch, asOf }
    else if (this.#appliedAsOf !== null && compareAsOf(this.#appliedAsOf, held) === 0) this.#appliedAsOf = asOf
  }

  /** What is to be applied now; what comes later is another batch. */
  takeBatch(): Batch | undefined {
    const batch = this.#batch
    this.#batch = undefined
    return batch
  }

  /** The host is as a batch of that place says, which is everything unless another batch has come. */
  noteApplied(batchAsOf: AsOf): AsOf {
    const asOf = this.#batch === undefined ? (this.receivedAsOf ?? batchAsOf) : batchAsOf
    this.#appliedAsOf = asOf
    this.#unwritten.push({ kind: 'applied', asOf })
    return asOf
  }

  /** Writes what isn't written yet, or everything anew where that has become shorter. */
  async save(): Promise<E.Either<ConfigStoreError, void>> {
    const entries = this.#unwritten
    const isWorthIt = this.#lines > JOURNAL_LINES || this.#fragments > Math.max(JOURNAL_FRAGMENTS, this.#size / 2)
    const isApplied = this.#batch === undefined && isSame(this.#appliedAsOf, this.receivedAsOf)
    if (this.#mustRewrite || (isWorthIt && isApplied)) return this.#rewrite()
    if (entries.length === 0) return E.right(undefined)
    this.#unwritten = []
    this.#lines += entries.length
    const written = await this.#store.append(entries)
    if (E.isLeft(written)) this.#mustRewrite = true
    return written
  }

  async close(): Promise<void> {
    if (this.#unwritten.length > 0) await this.save()
    await this.#store.close()
  }

  get #size(): number {
    return this.#table?.fragments.size ?? 0
  }

  async #rewrite(): Promise<E.Either<ConfigStoreError, void>> {
    if (this.#table === undefined) return E.right(undefined)
    const { asOf, fragments } = this.#table
    const snapshot = { asOf, fragments: [...fragments.values()].map(({ fragment }) => fragment) }
    const isApplied = isSame(this.#appliedAsOf, asOf)
    const entries: ConfigEntry[] = [{ kind: 'snapshot', snapshot }]
    if (isApplied) entries.push({ kind: 'applied', asOf })
    this.#unwritten = []
    const written = await this.#store.rewrite(entries)
    this.#mustRewrite = E.isLeft(written)
    this.#lines = entries.length
    this.#fragments = 0
    return written
  }

  #note(
    asOf: AsOf,
    step: ConfigStep,
    { kind, ids }: { readonly kind: Received['kind']; readonly ids: readonly string[] },
  ): void {
    const kinds: Partial<Record<FragmentKind, number>> = {}
    for (const id of ids) {
      const fragmentKind = parseFragmentId(id)?.kind
      if (fragmentKind !== undefined) kinds[fragmentKind] = (kinds[fragmentKind] ?? 0) + 1
    }
    const received: Received = { kind, asOf, fragments: ids.length, kinds, atMs: this.#monotonicMs() }
    const earlier = this.#batch
    const changedPeers = earlier?.changedPeers ?? new Set<WireguardPublicKey>()
    for (const key of step.changedPeers) changedPeers.add(key)
    this.#fragments += ids.length
    this.#batch = {
      asOf,
      changedPeers,
      isOwnChanged: step.isOwnChanged || (earlier?.isOwnChanged ?? false),
      received: [...(earlier?.received ?? []), received],
    }
  }
}

const isSame = (one: AsOf | null, other: AsOf | null): boolean =>
  one !== null && other !== null && compareAsOf(one, other) === 0
