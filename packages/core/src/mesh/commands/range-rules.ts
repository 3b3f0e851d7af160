/** Which ranges of addresses may be given out (A1). */
import {
  type IpFamily,
  type IpPrefix,
  ipPrefix,
  type NetworkId,
  prefixesOverlap,
  prefixFamily,
  prefixLength,
} from '../../values/index.js'
import { largeMapValues } from '../large-map.js'
import type { MeshError, RangeOwner, RangeRefusal } from '../mesh-error.js'
import type { Client, MeshSettings, MeshState, Network } from '../mesh-state.js'

interface RangeLimits {
  readonly shortestLength: number
  readonly longestLength: number
}

const networkLimits: Record<IpFamily, RangeLimits> = {
  4: { shortestLength: 8, longestLength: 30 },
  6: { shortestLength: 48, longestLength: 120 },
}

/** IPv6 control addresses are hashes: 64 bits of one at least, so that no two machines meet. */
const controlLimits: Record<IpFamily, RangeLimits> = {
  4: { shortestLength: 8, longestLength: 30 },
  6: { shortestLength: 32, longestLength: 64 },
}

/** RFC 6890's special-purpose registry: what no host can have as its address in a mesh. */
const notUsable: readonly (readonly [IpPrefix, RangeRefusal])[] = (
  [
    ['0.0.0.0/8', 'unspecified'],
    ['127.0.0.0/8', 'loopback'],
    ['169.254.0.0/16', 'link-local'],
    ['224.0.0.0/4', 'multicast'],
    ['240.0.0.0/4', 'reserved'],
    // Unspecified, loopback, IPv4-mapped, and the translation prefix 64:ff9b::/96.
    ['::/8', 'reserved'],
    ['fe80::/10', 'link-local'],
    ['ff00::/8', 'multicast'],
  ] as const
).map(([text, reason]) => [ipPrefix(text), reason])

/** What is wrong with a network's ranges, its own present ones left out of sight. */
export const networkRangesProblem = (
  state: MeshState,
  { networkId, name, range4, range6 }: Pick<Network, 'networkId' | 'name' | 'range4' | 'range6'>,
): MeshError | undefined => {
  if (range4 === null && range6 === null) return { code: 'network-needs-range', name }
  const owners = [...rangeOwners(state, networkId), ...clientRangeOwners(state)]
  return (
    (range4 === null ? undefined : rangeProblem(range4, 4, networkLimits[4], owners)) ??
    (range6 === null ? undefined : rangeProblem(range6, 6, networkLimits[6], owners))
  )
}

/** What is wrong with a mesh's control ranges. */
export const controlRangesProblem = (
  state: MeshState,
  { controlRange4, controlRange6 }: Pick<MeshSettings, 'controlRange4' | 'controlRange6'>,
): MeshError | undefined => {
  const owners = rangeOwners(state).filter(({ kind }) => kind === 'network')
  return (
    rangeProblem(controlRange4, 4, controlLimits[4], owners) ?? rangeProblem(controlRange6, 6, controlLimits[6], owners)
  )
}

/** Every range of the mesh and whose it is, but those of one network. */
export const rangeOwners = (state: MeshState, except?: NetworkId): readonly RangeOwner[] => {
  const owners: RangeOwner[] = []
  for (const { networkId, name, range4, range6 } of largeMapValues(state.networks)) {
    if (networkId === except) continue
    for (const range of [range4, range6]) if (range !== null) owners.push({ kind: 'network', networkId, name, range })
  }
  if (state.mesh === null) return owners
  const { controlRange4, controlRange6 } = state.mesh.settings
  owners.push({ kind: 'control', range: controlRange4 }, { kind: 'control', range: controlRange6 })
  return owners
}

/** What a client brings along, and that it is its own. */
export const clientRanges = ({
  clientId,
  name,
  additionalAddresses,
  prefixesBehind,
}: Pick<Client, 'clientId' | 'name' | 'additionalAddresses' | 'prefixesBehind'>): readonly RangeOwner[] =>
  [...additionalAddresses, ...prefixesBehind].map((range) => ({ kind: 'client', clientId, name, range }))

/** Of all clients, whatever their network. */
const clientRangeOwners = (state: MeshState): readonly RangeOwner[] =>
  [...largeMapValues(state.clients)].flatMap(clientRanges)

/** Why no host can have addresses of a range. */
export const specialRange = (range: IpPrefix): RangeRefusal | undefined =>
  notUsable.find(([other]) => prefixesOverlap(other, range))?.[1]

const rangeProblem = (
  range: IpPrefix,
  family: IpFamily,
  limits: RangeLimits,
  owners: readonly RangeOwner[],
): MeshError | undefined => {
  if (prefixFamily(range) !== family) return { code: 'range-wrong-family', range, family }
  const length = prefixLength(range)
  if (length < limits.shortestLength || length > limits.longestLength) return { code: 'range-size', range, ...limits }
  const reason = specialRange(range)
  if (reason !== undefined) return { code: 'range-not-usable', range, reason }
  const owner = owners.find((other) => prefixesOverlap(other.range, range))
  return owner === undefined ? undefined : { code: 'range-overlaps', range, owner }
}
