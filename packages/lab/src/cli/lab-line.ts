import { parseArgs } from 'node:util'

/** A command line that makes no sense. The message is for the user. */
export class Misused extends Error {}

const commands = ['help', 'list', 'run', 'shell', 'fetch'] as const

/** What a command line of the lab asks for: a command that there is, with as many scenarios that there are as it takes. */
interface LabLine {
  readonly command: (typeof commands)[number]
  readonly names: readonly string[]
  readonly values: ReturnType<typeof parse>['values']
  /** How often to play them; `undefined`: once, and without a page about it. */
  readonly times: number | undefined
}

/** @throws Misused */
export function readLabLine(args: readonly string[], scenarioNames: readonly string[]): LabLine {
  const { positionals, values } = parse(args)
  const [word = 'help', ...names] = positionals
  const command = values.help ? 'help' : commands.find((each) => each === word)
  if (command === undefined) throw new Misused(`There is no command "${word}": it is one of ${commands.join(', ')}.`)
  const times = values.times === undefined ? undefined : numberOf('times', values.times)
  if (times === 0) throw new Misused('--times wants a number from 1.')
  if (command !== 'help') checkNames(command, names, { all: values.all, often: times !== undefined })
  if (values.quick && !values.all) throw new Misused('--quick goes with --all.')
  const unknown = command === 'help' ? undefined : names.find((name) => !scenarioNames.includes(name))
  if (unknown !== undefined) throw new Misused(`There is no scenario "${unknown}". ${meant(unknown, scenarioNames)}`)
  return { command, names, values, times }
}

function checkNames(
  command: LabLine['command'],
  names: readonly string[],
  how: { all: boolean; often: boolean },
): void {
  const takesNone = command === 'list' || command === 'fetch' || (command === 'run' && how.all)
  if (takesNone && names.length > 0)
    throw new Misused(`\`lab ${command}${how.all ? ' --all' : ''}\` takes no name: not "${names.join(' ')}".`)
  if (takesNone) return
  if (names.length === 0) throw new Misused(`Which scenario? ${whereTheyAre}`)
  if (names.length > 1 && !(command === 'run' && how.often))
    throw new Misused(
      `One scenario at a time, or with \`lab run … --times N\` several in turn: not "${names.join(' ')}".`,
    )
}

const whereTheyAre = 'npm run pnpm -- lab list tells which there are.'

/** Those that have most of its words, or their beginnings. */
function meant(name: string, scenarioNames: readonly string[]): string {
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2)
  const shared = (other: string) =>
    other
      .split('-')
      .filter((part) => words.some((word) => part.startsWith(word) || (part.length > 2 && word.startsWith(part))))
      .length
  const most = Math.max(...scenarioNames.map(shared))
  const alike = most === 0 ? [] : scenarioNames.filter((other) => shared(other) === most).slice(0, 5)
  return alike.length === 0 ? whereTheyAre : `Is it ${alike.join(' or ')}? ${whereTheyAre}`
}

export function numberOf(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new Misused(`--${name} wants a number, not "${value}".`)
  return Number(value)
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        data: { type: 'string' },
        pcap: { type: 'string' },
        seed: { type: 'string' },
        from: { type: 'string' },
        runs: { type: 'string' },
        times: { type: 'string' },
        log: { type: 'string' },
      },
    })
  } catch (error) {
    throw new Misused(error instanceof Error ? error.message : String(error))
  }
}
