import type { CommandId, EventLog, MeshEvent } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandDone } from './command-answer.js'
import { type RebuildError, readPages } from './rebuild-history.js'
import { groupByCommand } from './recorded-events.js'

/** What commands led to, read from the whole log. Slow (seconds for a million events), and rarely needed: for repeats from long ago. */
export const findInLog = async (
  log: EventLog,
  stream: string,
  commandIds: ReadonlySet<CommandId>,
): Promise<E.Either<RebuildError, ReadonlyMap<CommandId, CommandDone>>> => {
  const found = new Map<CommandId, CommandDone>()
  const addTo = (commandId: CommandId, events: readonly MeshEvent[], revision: number) =>
    found.set(commandId, { commandId, events: [...(found.get(commandId)?.events ?? []), ...events], revision })
  const read = await readPages(log, stream, 0, Number.POSITIVE_INFINITY, (page) => {
    for (const recorded of page) {
      if (!commandIds.has(recorded.envelope.metadata.commandId)) continue
      const group = groupByCommand([recorded])
      if (E.isLeft(group)) return E.left({ code: 'event-unreadable', unreadable: group.left })
      for (const { commandId, events } of group.right) addTo(commandId, events, recorded.revision)
    }
    return E.right(undefined)
  })
  return E.isLeft(read) ? read : E.right(found)
}
