/** Differences between two states in English, for a terminal. */
import type { MeshState } from '../mesh/mesh-state.js'
import { stateDifferences, type ThingDifference } from './state-differences.js'
import { type Thing, thingKinds, thingOf, thingWord } from './state-things.js'

const longestValue = 120

/** A line for each thing that came, went or changed, without a line break at the end. Hashes of secrets are not shown. */
export const describeDifferences = (before: MeshState, after: MeshState): readonly string[] =>
  stateDifferences(before, after).map((difference) => differenceLine(before, after, difference))

const differenceLine = (before: MeshState, after: MeshState, { kind, id, change, fields }: ThingDifference): string => {
  const [was, is] = [before, after].map((state) => (kind === 'mesh' ? meshThing(state) : thingOf(state, kind, id)))
  const called = `${thingWord(kind)} ${is?.name ?? was?.name ?? id}`
  if (change !== 'changed') return `${called} ${change}`
  const names = namesIn([after, before])
  const text = (field: string, value: unknown) => valueText(named(field, value, names))
  const texts = fields
    .flatMap((field) => changedParts(field, was?.facts[field], is?.facts[field]))
    .map(({ path, field, was, is }) =>
      /secret/i.test(path) ? path : `${path} ${text(field, was)} → ${text(field, is)}`,
    )
  return `${called} changed: ${texts.join(', ')}`
}

interface ChangedPart {
  /** `settings.clientDns` */
  readonly path: string
  readonly field: string
  readonly was: unknown
  readonly is: unknown
}

/** Of settings only those that are others: all of them together would be cut off before it. */
const changedParts = (field: string, was: unknown, is: unknown): readonly ChangedPart[] => {
  if (!isRecord(was) || !isRecord(is)) return [{ path: field, field, was, is }]
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .sort()
    .map((name) => ({ path: `${field}.${name}`, field: name, was: was[name], is: is[name] }))
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const meshThing = ({ mesh }: MeshState): Thing | undefined =>
  mesh === null ? undefined : { id: mesh.meshId, name: mesh.name, facts: { ...mesh, ...mesh.settings } }

type NameOf = (id: string) => string

/** Whatever kind of thing an id is of. */
const namesIn =
  (states: readonly MeshState[]): NameOf =>
  (id) => {
    for (const state of states)
      for (const kind of thingKinds) {
        const name = thingOf(state, kind, id)?.name
        if (name != null) return name
      }
    return id
  }

/** With names where fields say that they hold ids. */
const named = (field: string, value: unknown, nameOf: NameOf): unknown => {
  if (typeof value === 'string') return /Ids?$/.test(field) ? nameOf(value) : value
  if (Array.isArray(value)) return value.map((each) => named(field, each, nameOf))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, named(name, each, nameOf)]))
}

const valueText = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null)
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`
}
