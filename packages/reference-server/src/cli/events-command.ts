import { setTimeout } from 'node:timers/promises'
import { decodeWith } from '@meshfold/core'
import { Command } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { type EventView, eventsAnswer, eventView } from '../api/event-api.js'
import { type CliContext, contextOf } from './cli-context.js'
import { CliError } from './cli-error.js'
import { type CliIo, plain, timeText } from './cli-io.js'
import { EventStreamReader } from './event-stream-reader.js'
import { examples } from './examples.js'
import { parseWhole } from './parse-options.js'

interface EventsOptions {
  readonly follow?: boolean
  readonly from?: number
  readonly limit?: number
}

const PAGE = 1000
const COME_BACK_MS = 1000

export const eventsCommand = (io: CliIo): Command =>
  examples(
    new Command('events')
      .description('what happened to the mesh: who joined when, and everything else')
      .option('-f, --follow', 'go on with what happens from now on, until Ctrl-C')
      .option('--from <revision>', 'the first revision to show (default: 0)', parseWhole)
      .option('--limit <count>', 'show so many at most', parseWhole)
      .action(async (options: EventsOptions, command: Command) => {
        const context = await contextOf(io, command)
        const next = await showPast(context, options)
        if (options.follow === true) await follow(context, next)
      }),
    ['meshfold events', 'meshfold events --follow', 'meshfold events --from 120 --json'],
  )

/** The first revision that was not shown. */
const showPast = async (
  context: CliContext,
  { from = 0, limit = Number.POSITIVE_INFINITY }: EventsOptions,
): Promise<number> => {
  let next = from
  for (let left = limit; left > 0 && !context.io.interrupted.aborted; ) {
    const query = { from: next, limit: Math.min(PAGE, left) }
    const { events } = await context.client.call({ path: '/events', query, answer: eventsAnswer })
    for (const event of events) show(context, event)
    next += events.length
    left -= events.length
    if (events.length < query.limit) break
  }
  return next
}

/** A server that goes away comes back: what happened meanwhile is shown then. */
const follow = async (context: CliContext, from: number): Promise<void> => {
  const { io, client } = context
  let next = from
  let isAway = false
  while (!io.interrupted.aborted) {
    const reader = new EventStreamReader((data) => {
      const event = decodeWith(eventView, JSON.parse(data))
      if (E.isLeft(event) || event.right.revision < next) return
      show(context, event.right)
      next = event.right.revision + 1
    })
    try {
      await client.follow(`/events/stream?from=${next}`, io.interrupted, (text) => {
        if (isAway) io.stderr('The server is back.\n')
        isAway = false
        reader.read(text)
      })
    } catch (thrown) {
      if (!(thrown instanceof CliError) || thrown.exitCode !== 3) throw thrown
      if (!io.interrupted.aborted && !isAway) io.stderr('The server is away; waiting for it.\n')
      isAway = true
    }
    await pause(COME_BACK_MS, io.interrupted)
  }
}

const show = ({ io, isJson }: CliContext, event: EventView): void =>
  io.stdout(isJson ? `${JSON.stringify(event)}\n` : eventLine(event))

/** One event in words, with who and why. */
export const eventLine = ({ revision, atEpochMs, actor, description, reason }: EventView): string =>
  plain(
    `${String(revision).padStart(6)}  ${timeText(atEpochMs)}  ${description}  [${actor}${reason === null ? '' : `: ${reason}`}]`,
  ).concat('\n')

/** Ends early, and without a failure, when it is interrupted. */
const pause = (delayMs: number, signal: AbortSignal): Promise<void> =>
  setTimeout(delayMs, undefined, { signal }).catch(() => {})
