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
import type { ConfigStore, ConfigStoreError } from '../state/config-store.js'
import { ConfigJournal, isSamePlace } from './config-journal.js'
import { type ConfigStep, LiveConfig } from './live-config.js'
import type { PathSource } from './path-source.js'
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

export class ConfigKeeper {
  readonly live: LiveConfig
  readonly #viewer: HostId
  readonly #journal: ConfigJournal
  readonly #monotonicMs: () => number
  #table: FragmentTable | undefined
  #appliedAsOf: AsOf | null = null
  #batch: (Batch & { readonly changedPeers: Set<WireguardPublicKey> }) | undefined

  constructor(options: {
    readonly viewer: HostId
    readonly store: ConfigStore
    readonly monotonicMs: () => number
    /** Left out: paths go as configured. */
    readonly paths?: PathSource | undefined
  }) {
    this.live = new LiveConfig(options.paths)
    this.#viewer = options.viewer
    this.#journal = new ConfigJournal(options.store)
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

  /** Whether the host was brought there already. */
  isApplied(asOf: AsOf): boolean {
    return this.#appliedAsOf !== null && isSamePlace(this.#appliedAsOf, asOf)
  }

  /** Reads the journal. What can't be read is left out: an older config is better than none. */
  async load(): Promise<E.Either<ConfigStoreError, LoadedConfig>> {
    const stored = await this.#journal.load()
    if (E.isLeft(stored)) return stored
    const replayed = replayJournal(this.#viewer, stored.right.entries)
    const damage = stored.right.damage ?? replayed.damage
    this.#table = replayed.table
    this.#appliedAsOf = replayed.appliedAsOf
    this.#journal.begin(stored.right.entries, replayed.table !== undefined && damage === null)
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
    const { asOf, fragments } = snapshot
    this.#note(asOf, this.live.reset(this.#table), this.#receivedNow('snapshot', asOf, fragments.map(fragmentIdOf)))
    this.#journal.note({ kind: 'snapshot', snapshot })
    return E.right(undefined)
  }

  /** Refused where it doesn't fit what is held, or nothing is. */
  takePatch(patch: Patch): E.Either<PatchRefusal, void> {
    const table = this.#table
    if (table === undefined) return E.left({ code: 'nothing-held' })
    const touched = applyPatch(table, patch)
    if (E.isLeft(touched)) return touched
    const isEmpty = patch.changes.length === 0
    const step = this.live.update(table, touched.right)
    const ids = patch.changes.map(({ fragment }) => fragment)
    this.#note(patch.asOf, step, this.#receivedNow('patch', patch.asOf, ids))
    this.#journal.note(isEmpty ? { kind: 'reached', asOf: patch.asOf } : { kind: 'patch', patch })
    return E.right(undefined)
  }

  /** Nothing that concerns this host happened up to there. */
  takeReached(asOf: AsOf): void {
    const held = this.receivedAsOf
    if (this.#table === undefined || held === null || held.epoch !== asOf.epoch) return
    if (compareAsOf(asOf, held) <= 0 || E.isLeft(applyPatch(this.#table, { asOf, changes: [] }))) return
    this.#journal.note({ kind: 'reached', asOf })
    if (this.#batch !== undefined) this.#batch = { ...this.#batch, asOf }
    else if (this.isApplied(held)) this.#appliedAsOf = asOf
  }

  /** Paths were chosen anew: these peers have other AllowedIPs. */
  takePaths(hosts: Iterable<HostId>): void {
    const asOf = this.receivedAsOf
    const step = this.live.repath(hosts)
    if (asOf !== null && (step.changedPeers.size > 0 || step.isOwnChanged)) this.#note(asOf, step, [])
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
    this.#journal.note({ kind: 'applied', asOf })
    return asOf
  }

  /** Makes durable what was taken. */
  async save(): Promise<E.Either<ConfigStoreError, void>> {
    return this.#table === undefined ? E.right(undefined) : this.#journal.save(this.#table, this.#appliedAsOf)
  }

  async close(): Promise<void> {
    await this.save()
    await this.#journal.close()
  }

  #note(asOf: AsOf, step: ConfigStep, received: readonly Received[]): void {
    const earlier = this.#batch
    const changedPeers = earlier?.changedPeers ?? new Set<WireguardPublicKey>()
    for (const key of step.changedPeers) changedPeers.add(key)
    this.#batch = {
      asOf,
      changedPeers,
      isOwnChanged: step.isOwnChanged || (earlier?.isOwnChanged ?? false),
      received: [...(earlier?.received ?? []), ...received],
    }
  }

  #receivedNow(kind: Received['kind'], asOf: AsOf, ids: readonly string[]): readonly Received[] {
    const kinds: Partial<Record<FragmentKind, number>> = {}
    for (const id of ids) {
      const fragmentKind = parseFragmentId(id)?.kind
      if (fragmentKind !== undefined) kinds[fragmentKind] = (kinds[fragmentKind] ?? 0) + 1
    }
    return [{ kind, asOf, fragments: ids.length, kinds, atMs: this.#monotonicMs() }]
  }
}
