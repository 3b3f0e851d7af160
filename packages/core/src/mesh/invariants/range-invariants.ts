import { type IpPrefix, prefixesOverlap } from '../../values/index.js'
import { largeMapValues } from '../large-map.js'
import type { MeshState } from '../mesh-state.js'
import { breach, type InvariantBreach } from './breach.js'

interface OwnedRange {
  readonly owner: string
  readonly range: IpPrefix
}

/** Networks, control addresses and virtual ranges share no address; pools of virtual ranges lie apart from the first two. */
export const rangeBreaches = (state: MeshState): readonly InvariantBreach[] => {
  const fixed = [...networkRanges(state), ...controlRanges(state)]
  const owned = [...fixed, ...virtualRanges(state)]
  return [
    ...owned.flatMap((one, at) => overlaps('ranges-apart', one, owned.slice(at + 1))),
    ...pools(state).flatMap((pool) => overlaps('pools-apart', pool, fixed)),
  ]
}

const overlaps = (invariant: string, one: OwnedRange, others: readonly OwnedRange[]): readonly InvariantBreach[] =>
  others
    .filter((other) => prefixesOverlap(one.range, other.range))
    .map((other) => breach(invariant, `${one.range} of ${one.owner} and ${other.range} of ${other.owner}`))

const owned = (owner: string, ranges: readonly (IpPrefix | null)[]): readonly OwnedRange[] =>
  ranges.flatMap((range) => (range === null ? [] : [{ owner, range }]))

const networkRanges = (state: MeshState): readonly OwnedRange[] =>
  [...largeMapValues(state.networks)].flatMap(({ networkId, range4, range6 }) => owned(networkId, [range4, range6]))

const controlRanges = ({ mesh }: MeshState): readonly OwnedRange[] =>
  mesh === null ? [] : owned('control', [mesh.settings.controlRange4, mesh.settings.controlRange6])

const virtualRanges = (state: MeshState): readonly OwnedRange[] =>
  [...largeMapValues(state.egresses)].flatMap((egress) => owned(egress.egressId, egress.virtualRanges ?? []))

const pools = (state: MeshState): readonly OwnedRange[] =>
  [...largeMapValues(state.networks)].flatMap(({ networkId, settings }) =>
    owned(`${networkId}'s pools`, [settings.virtualPool4, settings.virtualPool6]),
  )
