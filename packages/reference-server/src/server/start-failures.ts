import type { OpenSqliteEventLogError } from '@meshfold/event-log-sqlite'
import * as E from 'fp-ts/lib/Either.js'
import { describeRebuildError, type RebuildError } from '../mesh-service/rebuild-history.js'
import type { DataFolder, StartError } from './data-folder.js'

/** Why the event log can't be opened, with the way out. */
export const logFailure = (
  { code, reason }: OpenSqliteEventLogError,
  { eventsPath }: DataFolder,
): E.Either<StartError, never> =>
  E.left({ code, message: `${eventsPath} can't be opened: ${reason}.${openWayOut[code]}` })

/** The reasons of two of them say it already. */
const openWayOut: { readonly [C in OpenSqliteEventLogError['code']]: string } = {
  'not-an-event-log': ' Restore it from a backup.',
  'event-log-unavailable':
    " Make it and its folder writable for the server's user, on a local disk with space left. If it is damaged, restore it from a backup.",
  'event-log-schema-newer': '',
  'node-sqlite-missing': '',
}

/** Why the mesh can't be made from its log, with the way out. */
export const rebuildFailure = (error: RebuildError, { eventsPath }: DataFolder): E.Either<StartError, never> => {
  const message = `The mesh can't be rebuilt from ${eventsPath}: ${describeRebuildError(error)}. Restore it from a backup, or start the version that wrote it last.`
  return E.left({ code: error.code, message })
}
