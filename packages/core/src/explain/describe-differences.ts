/** Differences between two states in English, for a terminal. */
import type { MeshState } from '../mesh/mesh-state.js'
import { stateDifferences, type ThingDifference } from './state-differences.js'
import { type Thing, thingOf, thingWord } from './state-things.js'

const longestValue = 60

/** A line for each thing that came, went or changed, without a line break at the end. Hashes of secrets are not shown. */
export const describeDifferences = (before: MeshState, after: MeshState): readonly string[] =>
  stateDifferences(before, after).map((difference) => differenceLine(before, after, difference))

const differenceLine = (before: MeshState, after: MeshState, { kind, id, change, fields }: ThingDifference): string => {
  const [was, is] = [before, after].map((state) => (kind === 'mesh' ? meshThing(state) : thingOf(state, kind, id)))
  const called = `${thingWord(kind)} ${is?.name ?? was?.name ?? id}`
  if (change !== 'changed') return `${called} ${change}`
  const texts = fields.map((field) =>
    /secret/i.test(field) ? field : `${field} ${valueText(was?.facts[field])} → ${valueText(is?.facts[field])}`,
  )
  return `${called} changed: ${texts.join(', ')}`
}

const meshThing = ({ mesh }: MeshState): Thing | undefined =>
  mesh === null ? undefined : { id: mesh.meshId, name: mesh.name, facts: { ...mesh, ...mesh.settings } }

const valueText = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null)
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`
}
