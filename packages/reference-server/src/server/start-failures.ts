import * as E from 'fp-ts/lib/Either.js'
import { describeRebuildError, type RebuildError } from '../mesh-service/rebuild-history.js'
import type { DataFolder, StartError } from './data-folder.js'

/** Why the event log can't be opened, with the way out. */
export const logFailure = (
  { code, reason }: { readonly code: string; readonly reason: string },
  { eventsPath }: DataFolder,
): E.Either<StartError, never> =>
  E.left({ code, message: `${eventsPath} can't be opened: ${reason}.${openWayOut.get(code) ?? ''}` })

/** By code; the reasons of others say it themselves. */
const openWayOut: ReadonlyMap<string, string> = new Map([
  ['not-an-event-log', ' Restore it from a backup.'],
  [
    'event-log-unavailable',
    " Make it and its folder writable for the server's user, on a local disk with space left. If it is damaged, restore it from a backup.",
  ],
])

/** Why the mesh can't be made from its log, with the way out. */
export const rebuildFailure = (error: RebuildError, { eventsPath }: DataFolder): E.Either<StartError, never> => {
  const message = `The mesh can't be rebuilt from ${eventsPath}: ${describeRebuildError(error)}. Restore it from a backup, or start the version that wrote it last.`
  return E.left({ code: error.code, message })
}
