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

/** The same fields, with ids where names were given. What nobody is called stays: the server says what is wrong with it. */
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
  const idOf = async (kinds: readonly ThingKind[], value: unknown): Promise<unknown> => {
    if (typeof value !== 'string' || isMadeHere(value)) return value
    return idIn((await Promise.all(kinds.map(thingsOf))).flat(), value)
  }
  const result: Record<string, unknown> = { ...values }
  for (const { name, isFresh, takes } of fields) {
    const kinds = isFresh ? undefined : kindsIn(takes)
    const value = values[name]
    if (kinds === undefined || value === undefined) continue
    result[name] = await (Array.isArray(value)
      ? Promise.all(value.map((each) => idOf(kinds, each)))
      : idOf(kinds, value))
  }
  return result
}

/** As servers make ids: nobody is called that. */
const isMadeHere = (text: string): boolean => /^[a-z]+_[a-z2-7]{20}$/.test(text)

const kindsIn = (outline: CodecOutline): readonly ThingKind[] | undefined => {
  if (outline.kind === 'value') return kindsOfId.get(outline.name)
  if (outline.kind === 'list') return kindsIn(outline.item)
  return outline.kind === 'choice' ? outline.options.map(kindsIn).find((kinds) => kinds !== undefined) : undefined
}

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
