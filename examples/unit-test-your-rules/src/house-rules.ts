/**
 * One company's own rules, on top of the mesh's. They judge what would happen, not what was asked: whichever command leads to
 * an event, one that comes with a later version of the core too, meets the same rule.
 */
import { decide, type EpochMs, type MeshCommand, type MeshError, type MeshEvent, type MeshState } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

export type HouseError =
  /** A host's name is `<site>-<role>-<number>`, such as `ber-db-07`. */
  | { readonly code: 'name-off-scheme'; readonly name: string }
  /** Nobody wants to repair a mesh on a Saturday. */
  | { readonly code: 'no-joins-on-fridays'; readonly atEpochMs: EpochMs }

// #region rules
/** The mesh's decision, unless the house has something against it. */
export const decideInHouse = (
  command: MeshCommand,
  state: MeshState,
): E.Either<MeshError | HouseError, readonly MeshEvent[]> => {
  const decision = decide(command, state)
  if (E.isLeft(decision)) return decision
  const problem = decision.right.map(problemWith).find((found) => found !== undefined)
  return problem === undefined ? decision : E.left(problem)
}

const problemWith = (event: MeshEvent): HouseError | undefined => {
  switch (event.type) {
    case 'HostRegistered':
    case 'HostUpdated':
      return fitsScheme(event.name) ? undefined : { code: 'name-off-scheme', name: event.name }
    case 'NodeJoined':
      return isFriday(event.atEpochMs) ? { code: 'no-joins-on-fridays', atEpochMs: event.atEpochMs } : undefined
    default:
      return undefined
  }
}
// #endregion

export const fitsScheme = (name: string): boolean => /^[a-z]{3}-[a-z]+-\d{2}$/.test(name)

/** In UTC. The first day of 1970 was a Thursday. */
export const isFriday = (atEpochMs: EpochMs): boolean => Math.floor(atEpochMs / 86_400_000) % 7 === 1
