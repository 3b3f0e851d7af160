import type { HostDriverError, NameResolver, ObservedNames, ResolverMeans } from '@meshfold/core'
import type { Either } from 'fp-ts/lib/Either.js'
import type { LinuxHost, Outcome } from '../linux-host.js'

/** One way to tell a host's resolver of servers. */
export interface ResolverBackend {
  readonly means: ResolverMeans
  /** What it was told of our interface. */
  find(action: string): Promise<Either<HostDriverError, ObservedNames['resolvers']>>
  /** In place of what it was told; the same again changes nothing. */
  tell(resolvers: readonly NameResolver[], action: string): Outcome
}

/** Makes a way to tell, on a host. */
export type MakeResolverBackend = (host: LinuxHost) => ResolverBackend
