import type { NameResolver, ObservedNames, ResolverMeans } from '@meshfold/core'
import type { LinuxHost, Outcome } from '../linux-host.js'

/** One way to tell a host's resolver of servers. */
export interface ResolverBackend {
  readonly means: ResolverMeans
  /** What it was told of our interface, and whom it asks besides. */
  find(action: string): Outcome<FoundServers>
  /** In place of what it was told; the same again changes nothing. */
  tell(resolvers: readonly NameResolver[], action: string): Outcome
}

/** Servers of a host's resolver: ours, and those of others. */
export type FoundServers = Pick<ObservedNames, 'resolvers' | 'elsewhere'>

/** Makes a way to tell, on a host. */
export type MakeResolverBackend = (host: LinuxHost) => ResolverBackend
