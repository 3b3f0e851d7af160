/** `meshfold command`: every command of the domain, its options made from what its codec takes. */
import { type MeshCommandType, meshCommandFields, meshCommandTypes } from '@meshfold/core'
import { Command, Option } from 'commander'
import type * as t from 'io-ts'
import { commandAnswer, mustBeGiven } from '../api/command-api.js'
import { eventsAnswer } from '../api/event-api.js'
import { change, dryRunOption } from './change.js'
import { type CliContext, contextOf } from './cli-context.js'
import { CliError, usage } from './cli-error.js'
import type { CliIo } from './cli-io.js'
import { fieldHelp, fieldValue, flagOf, jsonOf } from './command-fields.js'
import { eventLine } from './events-command.js'
import { examples } from './examples.js'
import { withIds } from './ids-of-names.js'
import { collect } from './parse-options.js'

export const genericCommand = (io: CliIo, nowEpochMs: () => number): Command => {
  const command = new Command('command').description(
    'give any command of the domain; in its options names will do for ids',
  )
  // Hidden: they would fill the help with what a list of names says as well.
  for (const type of meshCommandTypes) command.addCommand(commandOfType(io, type, nowEpochMs), { hidden: true })
  command
    .usage('<type> [fields] [options]')
    .argument('[type]')
    // Options of a command that there isn't: what is wrong is its name.
    .allowUnknownOption()
    .allowExcessArguments()
    .action((type?: string) => {
      if (type === undefined) return command.help({ error: true })
      throw usage(`There is no command "${type}". ${meant(type)}`)
    })
  command.addHelpText('after', `\nTypes, each with a help of its own:\n${columns([...meshCommandTypes].sort(byNoun))}`)
  return examples(command, [
    'meshfold command AddPolicy --help',
    'meshfold command CreateGateway --node-id gw.office --auto-relay true --dry-run',
    'meshfold command AssignRelay --node-id laptop.office --gateway-ids gw.office --gateway-ids gw2.office',
    `meshfold command RemovePolicy '{"policyId":"policy_abc"}' --json`,
  ])
}

/** However somebody writes it: `add-policy`, `create policy`. */
const meant = (text: string): string => {
  const letters = text.toLowerCase().replaceAll(/[^a-z]/g, '')
  const same = meshCommandTypes.filter((type) => type.toLowerCase() === letters)
  const words = text
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
  const about = meshCommandTypes.filter((type) => words.some((word) => word !== '' && endsWith(type, word)))
  const found = same.length > 0 ? same : about
  return found.length > 0 ? `Is it ${found.slice(0, 6).join(' or ')}?` : 'See which there are: meshfold command --help'
}

/** `AddPolicyTest` ends with `test`, and with nothing of `est`. */
const endsWith = (type: string, word: string): boolean =>
  type
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .endsWith(` ${word}`)

/** `AddClient` stands beside `RemoveClient`: people look for what they have to do with. */
const byNoun = (one: string, other: string): number => (nounFirst(one) < nounFirst(other) ? -1 : 1)
const nounFirst = (type: string): string => type.replace(/^([A-Z][a-z]+)(.*)$/, '$2 $1')

const columns = (names: readonly string[]): string => {
  const width = Math.max(...names.map((name) => name.length)) + 2
  const rows = Math.ceil(names.length / 3)
  return Array.from({ length: rows }, (_, row) => [names[row], names[row + rows], names[row + 2 * rows]])
    .map((line) => `  ${line.map((name = '') => name.padEnd(width)).join('')}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('')
}

const commandOfType = (io: CliIo, type: MeshCommandType, nowEpochMs: () => number): Command => {
  const command = new Command(type)
    .description(`give the command ${type}`)
    .argument('[fields]', 'all or some of its fields, as a JSON object')
  for (const field of meshCommandFields(type)) {
    const option = new Option(`${flagOf(field)} <value>`, fieldHelp(field, mustBeGiven(field)))
    command.addOption(option.argParser<readonly string[]>(collect))
  }
  return command
    .addOption(dryRunOption())
    .action(async (fields: string | undefined, options: Options, self: Command) => {
      const [whole, given] = [fieldsOf(fields), fieldsOfOptions(type, options, nowEpochMs)]
      checkComplete(type, { ...whole, ...given })
      const context = await contextOf(io, self)
      const named = await withIds(context.client, meshCommandFields(type), given)
      await give(context, { ...whole, ...named, type }).catch((thrown: unknown) => {
        throw withHelp(type, thrown)
      })
    })
}

/** What the server can't even read was typed wrongly. */
const withHelp = (type: MeshCommandType, thrown: unknown): unknown =>
  thrown instanceof CliError && thrown.code === 'invalid-input'
    ? new CliError(2, thrown.code, `${thrown.message}\nSee: meshfold command ${type} --help`)
    : thrown

type Options = Readonly<Record<string, readonly string[] | undefined>>

const fieldsOf = (text: string | undefined): object => {
  if (text === undefined) return {}
  const fields = jsonOf(text, 'of the fields')
  if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return fields
  throw usage('The fields of a command are a JSON object, such as \'{"nodeId":"node_abc"}\'.')
}

const fieldsOfOptions = (type: MeshCommandType, options: Options, nowEpochMs: () => number): Record<string, unknown> =>
  Object.fromEntries(
    meshCommandFields(type).flatMap((field) => {
      const texts = options[field.name]
      return texts === undefined ? [] : [[field.name, fieldValue(field, texts, nowEpochMs)]]
    }),
  )

/** The server would say so too, but by the names of fields. */
const checkComplete = (type: MeshCommandType, body: object): void => {
  const missing = meshCommandFields(type).filter((field) => mustBeGiven(field) && !Object.hasOwn(body, field.name))
  if (missing.length === 0) return
  throw usage(`${type} needs ${missing.map(flagOf).join(', ')} too. See: meshfold command ${type} --help`)
}

const give = (context: CliContext, body: object): Promise<void> =>
  change(context, { method: 'POST', path: '/commands', body, answer: commandAnswer }, (done) => outcome(context, done))

/** A removal in a large network has thousands of consequences. */
const MOST_LINES = 100

const outcome = async (
  { client }: CliContext,
  { revision, events }: t.TypeOf<typeof commandAnswer>,
): Promise<string> => {
  if (events.length === 0) return 'It was so already: nothing changed.\n'
  const from = revision - events.length + 1
  const query = { from, limit: Math.min(events.length, MOST_LINES) }
  const page = await client.call({ path: '/events', query, answer: eventsAnswer })
  const more = events.length - page.events.length
  const rest = more > 0 ? `and ${more} more: meshfold events --from ${from + page.events.length}\n` : ''
  return page.events.map(eventLine).join('') + rest
}
