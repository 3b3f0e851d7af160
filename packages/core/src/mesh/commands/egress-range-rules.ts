/** Which ranges egresses may have beside those of the mesh (E1, E5, E8). */
import {
  type EgressId,
  type IpPrefix,
  ipPrefix,
  prefixContains,
  prefixesOverlap,
  prefixFamily,
  prefixLength,
} from '../../values/index.js'
import type { MeshError, RangeOwner, RangeRefusal } from '../mesh-error.js'
import type { Egress, MeshState } from '../mesh-state.js'
import { allClientRanges, meshRanges } from './range-owners.js'
import { hiddenEgressProblem, rangeProblem } from './range-rules.js'

/** What no router passes on. Of the reserved ones some are in use behind routers, such as the translation prefix. */
const notRoutable: readonly (readonly [IpPrefix, RangeRefusal])[] = (
  [
    ['0.0.0.0/8', 'unspecified'],
    ['127.0.0.0/8', 'loopback'],
    ['169.254.0.0/16', 'link-local'],
    ['224.0.0.0/4', 'multicast'],
    ['::/128', 'unspecified'],
    ['::1/128', 'loopback'],
    ['fe80::/10', 'link-local'],
    ['ff00::/8', 'multicast'],
  ] as const
).map(([text, reason]) => [ipPrefix(text), reason])

/**
 * What is wrong with an egress's ranges, real and virtual ones, its own present ones left out of sight. A real one may lie around
 * ranges of the mesh, where the longer prefix wins; a virtual one is the mesh's own.
 */
export const egressRangesProblem = (
  state: MeshState,
  { egressId, ranges, virtualRanges }: Pick<Egress, 'egressId' | 'ranges' | 'virtualRanges'>,
): MeshError | undefined => {
  const taken = meshRanges(state, { egressId })
  return (
    virtualRangesProblem(state, egressId, virtualRanges ?? [], taken) ??
    realRangesProblem(ranges, virtualRanges ?? [], taken) ??
    (virtualRanges === null ? besideClientsProblem(state, ranges) : undefined)
  )
}

const virtualRangesProblem = (
  state: MeshState,
  egressId: EgressId,
  virtualRanges: readonly IpPrefix[],
  taken: readonly RangeOwner[],
): MeshError | undefined => {
  if (virtualRanges.length === 0) return undefined
  const owners = [...taken, ...allClientRanges(state)]
  for (const range of virtualRanges) {
    const problem =
      rangeProblem(range, prefixFamily(range), { shortestLength: 0, longestLength: 128 }, owners) ??
      hiddenEgressProblem(state, range, egressId)
    if (problem !== undefined) return problem
  }
  return undefined
}

const realRangesProblem = (
  ranges: readonly IpPrefix[],
  virtualRanges: readonly IpPrefix[],
  taken: readonly RangeOwner[],
): MeshError | undefined => {
  for (const range of ranges) {
    const special = notRoutable.find(([other]) => prefixContains(other, range))
    if (special !== undefined) return { code: 'range-not-usable', range, reason: special[1] }
    const owner = taken.find((other) => prefixContains(other.range, range))
    if (owner !== undefined) return { code: 'egress-range-inside', range, owner }
    const own = virtualRanges.find((virtual) => prefixContains(virtual, range))
    if (own !== undefined) return { code: 'virtual-range-around-real', range, virtualRange: own }
  }
  return undefined
}

/** What a client brings along is nobody else's (B4); an egress of /0 touches everything, and the longer prefix wins. */
const besideClientsProblem = (state: MeshState, ranges: readonly IpPrefix[]): MeshError | undefined => {
  const owners = allClientRanges(state)
  for (const range of ranges) {
    const owner = prefixLength(range) === 0 ? undefined : owners.find((other) => prefixesOverlap(other.range, range))
    if (owner !== undefined) return { code: 'range-overlaps', range, owner }
  }
  return undefined
}
