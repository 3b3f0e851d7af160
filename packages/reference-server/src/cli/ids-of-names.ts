/** Names where a command asks for ids. */
import type { CodecOutline, FieldOutline, ThingKind } from '@meshfold/core'
import type { StateAnswer } from '../api/history-api.js'
import type { ApiClient } from './api-client.js'
import { refused } from './cli-error.js'
import { wholeState } from './whole-state.js'

/** Of which things an id may be. */
const kindsOfId: ReadonlyMap<string, readonly ThingKind[]> = new Map<string, readonly ThingKind[]>([
  ['NetworkId', ['networks']],
  ['HostId', ['hosts']],
  ['NodeId', ['nodes']],
  ['ClientId', ['clients']],
  ['MemberId', ['nodes', 'clients']],
  ['EnrollmentKeyId', ['enrollmentKeys']],
  ['EgressId', ['egresses']],
  ['PolicyId', ['policies']],
  ['PolicyTestId', ['policyTests']],
  ['DnsRecordId', ['dnsRecords']],
  ['ResolverId', ['resolvers']],
  ['UserId', ['users']],
  ['GroupId', ['groups']],
  ['ApiTokenId', ['apiTokens']],
])

type Things = StateAnswer['things']

/** The same fields, with ids where names were given, however deep. What nobody is called stays: the server says what is wrong with it. */
export const withIds = async (
  client: ApiClient,
  fields: readonly FieldOutline[],
  values: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> => {
  const asked = new Map<ThingKind, Promise<Things>>()
  const thingsOf = (kind: ThingKind): Promise<Things> => {
    const things = asked.get(kind) ?? wholeState(client, undefined, kind).then((state) => state.things)
    asked.set(kind, things)
    return things
  }
  const idOf = async (kinds: readonly ThingKind[], text: string): Promise<string> => {
    if (isMadeHere(text)) return text
    return idIn((await Promise.all(kinds.map(thingsOf))).flat(), text)
  }
  const inObject = async (fields: readonly FieldOutline[], value: Fields): Promise<Record<string, unknown>> => {
    const result: Record<string, unknown> = { ...value }
    for (const { name, isFresh, takes } of fields)
      if (!isFresh && Object.hasOwn(value, name)) result[name] = await within(takes, value[name])
    return result
  }
  const within = async (outline: CodecOutline, value: unknown): Promise<unknown> => {
    const taken = fitting(outline, value)
    if (taken?.kind === 'list') return Promise.all((value as unknown[]).map((each) => within(taken.item, each)))
    if (taken?.kind === 'object') return inObject(taken.fields, value as Fields)
    const kinds = taken?.kind === 'value' ? kindsOfId.get(taken.name) : undefined
    return kinds === undefined ? value : idOf(kinds, value as string)
  }
  return inObject(fields, values)
}

/** The id of what somebody means by a name, a name with its network's, or an id. */
export const idOfThing = async (client: ApiClient, what: string, kind: ThingKind, text: string): Promise<string> => {
  const { things } = await wholeState(client, undefined, kind)
  const id = idIn(things, text)
  if (things.some((thing) => thing.id === id)) return id
  throw refused(`${what}-unknown`, `There is no ${what} "${text}". See what there is: meshfold state --kind ${kind}`)
}

type Fields = Readonly<Record<string, unknown>>

/** Which of several that a field takes the value is meant to be. */
const fitting = (outline: CodecOutline, value: unknown): CodecOutline | undefined => {
  switch (outline.kind) {
    case 'choice':
      return outline.options.map((option) => fitting(option, value)).find((option) => option !== undefined)
    case 'list':
      return Array.isArray(value) ? outline : undefined
    case 'object':
      return isFields(value) && outline.fields.every((field) => isOfKind(field, value)) ? outline : undefined
    case 'value':
      return typeof value === 'string' && kindsOfId.has(outline.name) ? outline : undefined
    case 'constant':
      return undefined
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `"kind": "node"` tells a node from a tag. */
const isOfKind = ({ name, takes }: FieldOutline, value: Fields): boolean =>
  takes.kind !== 'constant' || value[name] === takes.value

/** As servers make ids: nobody is called that. */
const isMadeHere = (text: string): boolean => /^[a-z]+_[a-z2-7]{20}$/.test(text)

/** `alpha` is `alpha.office` where no other network has an alpha. */
const idIn = (things: Things, text: string): string => {
  if (things.some(({ id }) => id === text)) return text
  const whole = things.filter(({ name }) => name === text)
  const meant = whole.length > 0 ? whole : things.filter(({ name, facts }) => name !== null && facts.name === text)
  if (meant.length > 1)
    throw refused(
      'name-ambiguous',
      `Several are called "${text}": ${meant.map(({ id, name }) => `${name} (${id})`).join(', ')}. Give the id.`,
    )
  return meant[0]?.id ?? text
}
