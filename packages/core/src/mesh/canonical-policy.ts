/** One way to write what a policy says: the same content is the same data, so "already so" and versions are found by comparing. */
import type { DestinationSelector, PortRange, Traffic } from './mesh-state.js'
import { selectorKey } from './selector-key.js'

/** Each once, sorted. */
export const canonicalSelectors = <S extends DestinationSelector>(selectors: readonly S[]): readonly S[] => {
  const byKey = new Map(selectors.map((selector) => [selectorKey(selector), selector]))
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, selector]) => selector)
}

/** At most one entry a protocol, `any` alone; ports sorted, what overlaps or touches as one range. */
export const canonicalTraffic = (traffic: readonly Traffic[]): readonly Traffic[] => {
  if (traffic.some(({ protocol }) => protocol === 'any')) return [{ protocol: 'any' }]
  const icmp: readonly Traffic[] = traffic.some(({ protocol }) => protocol === 'icmp') ? [{ protocol: 'icmp' }] : []
  return [...icmp, ...portedTraffic(traffic, 'tcp'), ...portedTraffic(traffic, 'udp')]
}

const portedTraffic = (traffic: readonly Traffic[], protocol: 'tcp' | 'udp'): readonly Traffic[] => {
  const ports = traffic.flatMap((entry) => (entry.protocol === protocol ? [entry.ports] : []))
  if (ports.length === 0) return []
  return [{ protocol, ports: ports.some((ranges) => ranges.length === 0) ? [] : mergePorts(ports.flat()) }]
}

/** All of them are the same as none named. */
const mergePorts = (ranges: readonly PortRange[]): readonly PortRange[] => {
  const merged: { first: number; last: number }[] = []
  for (const { first, last } of [...ranges].sort((one, other) => one.first - other.first)) {
    const previous = merged.at(-1)
    if (previous !== undefined && first <= previous.last + 1) previous.last = Math.max(previous.last, last)
    else merged.push({ first, last })
  }
  const [only] = merged
  return merged.length === 1 && only?.first === 1 && only.last === 65_535 ? [] : merged
}
