/** What is different, and what was it like? */
import { thingKinds } from '@meshfold/core'
import { Command, Option } from 'commander'
import { type DiffAnswer, diffAnswer, type StateAnswer } from '../api/history-api.js'
import { contextOf, print } from './cli-context.js'
import { type CliIo, linesText, plain, timeText } from './cli-io.js'
import { examples } from './examples.js'
import { parsePast } from './parse-options.js'
import { type WholeState, wholeState } from './whole-state.js'

export const diffCommand = (io: CliIo, nowEpochMs: () => number): Command =>
  examples(
    new Command('diff')
      .description('what came, went or changed in the mesh between two revisions or times')
      .requiredOption('--from <when>', 'a revision, a date, or 30m, 24h, 7d ago', parsePast(nowEpochMs))
      .option('--to <when>', 'the same (default: now)', parsePast(nowEpochMs))
      .option('--effects', 'also whose configs changed and how, and who can talk to whom since, or no more')
      .action(async (query: { from: string; to?: string; effects?: boolean }, command: Command) => {
        const context = await contextOf(io, command)
        print(context, await context.client.call({ path: '/diff', query: { ...query }, answer: diffAnswer }), diffText)
      }),
    [
      'meshfold diff --from 120 --to 135',
      'meshfold diff --from 24h --effects',
      'meshfold diff --from 2031-01-31T12:00Z --json',
    ],
  )

const diffText = ({ from, to, differences, effects }: DiffAnswer): string =>
  linesText([
    `From ${placeText(from)} to ${placeText(to)}:`,
    ...(differences.length === 0
      ? ['  nothing is different']
      : differences.map(({ description }) => `  ${description}`)),
    ...(effects?.description ?? []),
  ])

const placeText = ({ asOf, atEpochMs }: DiffAnswer['from']): string =>
  `revision ${asOf.revision} (${timeText(atEpochMs)})`

export const stateCommand = (io: CliIo, nowEpochMs: () => number): Command =>
  examples(
    new Command('state')
      .description('what the mesh is made of, or was at a revision or time')
      .option('--at <when>', 'a revision, a date, or 30m, 24h, 7d ago (default: now)', parsePast(nowEpochMs))
      .addOption(new Option('--kind <kind>', 'only things of this kind').choices([...thingKinds]))
      .action(async ({ at, kind }: { at?: string; kind?: string }, command: Command) => {
        const context = await contextOf(io, command)
        print(context, await wholeState(context.client, at, kind), (state) => stateText(state, kind))
      }),
    ['meshfold state --at 120', 'meshfold state --at 24h --kind nodes', 'meshfold state --at 2031-01-31 --json'],
  )

const stateText = ({ things, ...place }: WholeState, kind: string | undefined): string => {
  const kinds = [...new Set(things.map(({ kind }) => kind))]
  return [
    `${plain(String(place.mesh?.name ?? 'no mesh yet'))} at ${placeText(place)}\n`,
    ...(kind !== undefined && kinds.length === 0 ? [`\nno ${kind}\n`] : []),
    ...kinds.flatMap((kind) => {
      const ofKind = things.filter((thing) => thing.kind === kind).sort(byName)
      return [`\n${kind} (${ofKind.length})\n`, linesText(ofKind.map((thing) => `  ${thingText(thing)}`))]
    }),
  ].join('')
}

/** Ids are in no order that people know. */
const byName = (one: StateAnswer['things'][number], other: StateAnswer['things'][number]): number =>
  (one.name ?? one.id) < (other.name ?? other.id) ? -1 : 1

const thingText = ({ id, name, facts }: StateAnswer['things'][number]): string => {
  const told = Object.entries(facts).filter(([field, value]) => field !== 'name' && value !== id && isTelling(value))
  return [name ?? id, ...(name === null ? [] : [`(${id})`]), ...told.map(factText)].join('  ')
}

const isTelling = (value: unknown): boolean =>
  value !== null && value !== false && !(Array.isArray(value) && value.length === 0)

const factText = ([field, value]: readonly [string, unknown]): string => {
  if (field.endsWith('AtEpochMs') && typeof value === 'number')
    return `${field.replace(/EpochMs$/, '')} ${timeText(value)}`
  return value === true ? field : `${field} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`
}
