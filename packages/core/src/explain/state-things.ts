/** What is in a state, kind by kind, as things with facts: without the indexes that are kept beside them for speed. */
import type { LargeMap } from '../mesh/large-map.js'
import { largeMapEntries, largeMapGet } from '../mesh/large-map.js'
import type { AutoRelay, MeshState } from '../mesh/mesh-state.js'

/** Collections of a state that things come into and go out of. */
export type ThingKind = {
  [K in keyof MeshState]: MeshState[K] extends Pick<LargeMap<never, never>, 'size'> ? K : never
}[keyof MeshState]

const words: { readonly [K in ThingKind]: string } = {
  networks: 'network',
  hosts: 'host',
  nodes: 'node',
  gateways: 'gateway',
  autoRelays: 'auto-relayed pair',
  egresses: 'egress',
  clients: 'client',
  policies: 'policy',
  policyTests: 'policy test',
  dnsRecords: 'DNS record',
  resolvers: 'resolver',
  enrollmentKeys: 'enrolment key',
  users: 'user',
  groups: 'group',
  apiTokens: 'API token',
}

/** Every kind, in the order in which people are told of them. */
export const thingKinds = Object.keys(words) as readonly ThingKind[]

/** What one of a kind is called. */
export const thingWord = (kind: ThingKind | 'mesh'): string => (kind === 'mesh' ? 'mesh' : words[kind])

/** A thing with its facts. */
export interface Thing {
  readonly id: string
  /** What people call it, with its network's name where it is of one; `null`: nothing but its id. */
  readonly name: string | null
  readonly facts: Readonly<Record<string, unknown>>
}

/** All of a kind, sorted by id. */
export const thingsOf = (state: MeshState, kind: ThingKind): readonly Thing[] =>
  [...largeMapEntries(collection(state, kind))]
    .map(([id, thing]) => thingWith(state, kind, id, thing))
    .sort((one, other) => (one.id < other.id ? -1 : 1))

/** `undefined`: there is no such thing. */
export const thingOf = (state: MeshState, kind: ThingKind, id: string): Thing | undefined => {
  const thing = largeMapGet(collection(state, kind), id)
  return thing === undefined ? undefined : thingWith(state, kind, id, thing)
}

/** The things of one kind by their ids, whatever ids of that kind look like. */
export const collection = (state: MeshState, kind: ThingKind): LargeMap<string, object> =>
  state[kind] as LargeMap<string, object>

/** What things say of others that say it themselves. */
const indexes: { readonly [K in ThingKind]?: readonly string[] } = {
  networks: ['namedPrefixes'],
  hosts: ['nodeIds'],
  nodes: ['egressIds', 'pairIds'],
  gateways: ['usedBy'],
  users: ['groupIds'],
}

/** Collections, pools and hashes are kept for speed and say nothing that things themselves don't; neither do lists of who names a thing. */
export const isIndex = (kind: ThingKind | 'mesh', field: string, value: unknown): boolean =>
  field.startsWith('pool') ||
  (kind !== 'mesh' && indexes[kind]?.includes(field) === true) ||
  (typeof value === 'object' && value !== null && ('root' in value || ('high' in value && 'low' in value)))

const thingWith = (state: MeshState, kind: ThingKind, id: string, thing: object): Thing => ({
  id,
  name: nameOf(state, kind, thing as Record<string, unknown>),
  facts: Object.fromEntries(Object.entries(thing).filter(([field, value]) => !isIndex(kind, field, value))),
})

const nameOf = (state: MeshState, kind: ThingKind, thing: Readonly<Record<string, unknown>>): string | null => {
  if (kind === 'gateways') return thingOf(state, 'nodes', String(thing.nodeId))?.name ?? null
  if (kind === 'autoRelays') {
    const names = (thing as unknown as AutoRelay).nodeIds.map(
      (nodeId) => thingOf(state, 'nodes', nodeId)?.name ?? nodeId,
    )
    return names.join(' and ')
  }
  const name = thing.name ?? thing.login
  if (typeof name !== 'string') return null
  const networkId = kind === 'networks' ? undefined : thing.networkId
  const network = typeof networkId === 'string' ? largeMapGet(collection(state, 'networks'), networkId) : undefined
  return network !== undefined && 'name' in network ? `${name}.${network.name}` : name
}
