import type { AsOf, Patch, Snapshot } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** One step of what an agent received and did. */
export type ConfigEntry =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'patch'; readonly patch: Patch }
  /** Nothing that concerns this host happened up to there. */
  | { readonly kind: 'reached'; readonly asOf: AsOf }
  /** The host was brought to the config of that place. */
  | { readonly kind: 'applied'; readonly asOf: AsOf }

/** What a store gives back. */
export interface StoredConfig {
  /** In the order of writing, from a snapshot on; empty: nothing was kept. */
  readonly entries: readonly ConfigEntry[]
  /** What was lost, for the log: entries stand for a state before it. `null`: nothing. */
  readonly damage: string | null
}

/** Why nothing could be kept: the disk is full, the folder gone. The same call may succeed later. */
export interface ConfigStoreError {
  readonly code: 'config-store-unavailable'
  readonly reason: string
}

/**
 * Where one agent keeps the config that it received, so that it comes up from it with its server away. A journal: a snapshot, and
 * what came after. Calls are the agent's alone and one at a time.
 */
export interface ConfigStore {
  load(): Promise<E.Either<ConfigStoreError, StoredConfig>>
  /**
   * Adds behind what is there: all of it or, after a crash, a part from the beginning. Durable once it has answered, `applied` and
   * `reached` alone excepted: losing those costs a repetition.
   */
  append(entries: readonly ConfigEntry[]): Promise<E.Either<ConfigStoreError, void>>
  /** Replaces everything at once: after a crash the old or the new is there. */
  rewrite(entries: readonly ConfigEntry[]): Promise<E.Either<ConfigStoreError, void>>
  close(): Promise<void>
}

/** A store that forgets with its process: for hosts in memory, and tests. */
export function createMemoryConfigStore(initial: readonly ConfigEntry[] = []): ConfigStore {
  let kept = [...initial]
  return {
    load: async () => E.right({ entries: [...kept], damage: null }),
    append: async (entries) => {
      kept.push(...entries)
      return E.right(undefined)
    },
    rewrite: async (entries) => {
      kept = [...entries]
      return E.right(undefined)
    },
    close: async () => {},
  }
}
