/** What a step changed about a config, and how it is noted. */
import type { ClientId, HostId } from '../values/index.js'
import type { ClientPeer, Path, PathKey, PeerConfig } from './host-config.js'

/** Something that came, left or was replaced. */
export interface Replaced<A> {
  readonly was: A | undefined
  readonly is: A | undefined
}

/** What one step of `LiveHostConfig` changed: came, left or is another now. What is equal to what was there is not in it. */
export interface HostConfigStep {
  readonly peers: ReadonlyMap<HostId, Replaced<PeerConfig>>
  readonly clients: ReadonlyMap<ClientId, Replaced<ClientPeer>>
  readonly paths: ReadonlyMap<PathKey, Replaced<Path>>
  /** Something besides peers, clients and paths may have changed. */
  readonly isRestChanged: boolean
}

/** Puts one thing in its place, or takes it away; notes that when it isn't what it was. What is equal stays the same object. */
export const replaceIn = <K, V>(noted: Map<K, Replaced<V>>, held: Map<K, V>, key: K, is: V | undefined): void => {
  const was = held.get(key)
  if (was === is || (was !== undefined && is !== undefined && JSON.stringify(was) === JSON.stringify(is))) return
  noted.set(key, { was, is })
  if (is === undefined) held.delete(key)
  else held.set(key, is)
}

/** The same for all of it. */
export const replaceAllIn = <K, V>(noted: Map<K, Replaced<V>>, held: Map<K, V>, next: ReadonlyMap<K, V>): void => {
  for (const key of held.keys()) if (!next.has(key)) replaceIn(noted, held, key, undefined)
  for (const [key, value] of next) replaceIn(noted, held, key, value)
}
