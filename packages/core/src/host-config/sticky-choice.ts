/** One of a list of gateways, chosen by this host alone: it stays where it is, and moves to nothing that isn't proven. */
import type { NodeId } from '../values/index.js'
import type { Hop } from './host-config.js'

export interface StickyList {
  /** In the configured order; those that can't be taken left out. */
  readonly gateways: readonly Hop[]
  readonly stateOf: (gateway: Hop) => 'up' | 'down' | undefined
  readonly inUse: Hop | undefined
  /** What the list began with when that was last followed; `undefined` before the first choice. */
  readonly followed: NodeId | undefined
  /** Only these, as long as one of them is up (D8); `undefined`: any. */
  readonly preferred: ReadonlySet<NodeId> | undefined
}

export interface StickyChoice {
  readonly hop: Hop | undefined
  readonly followed: NodeId | undefined
}

export const stickyChoice = (list: StickyList): StickyChoice => {
  const { gateways, stateOf, inUse, followed } = list
  const first = gateways[0]
  if (first === undefined) return { hop: undefined, followed }
  const isUp = (gateway: Hop) => stateOf(gateway) === 'up'
  const isPreferred = ({ nodeId }: Hop) => list.preferred?.has(nodeId) ?? true
  const proven = gateways.find((gateway) => isPreferred(gateway) && isUp(gateway)) ?? gateways.find(isUp)
  const follow = (hop: Hop): StickyChoice => ({
    hop,
    followed: hop === first ? first.nodeId : (followed ?? first.nodeId),
  })
  const isUsable = (gateway: Hop) => stateOf(gateway) !== 'down'
  const usable =
    gateways.find((gateway) => isPreferred(gateway) && isUsable(gateway)) ?? gateways.find(isUsable) ?? first
  // Nothing is proven before the first choice, and the configured order is the server's, which has measured.
  if (inUse === undefined) return follow(followed === undefined ? usable : (proven ?? usable))
  if (followed !== undefined && followed !== first.nodeId && isUp(first) && isPreferred(first)) return follow(first)
  const betterExists = !isPreferred(inUse) && proven !== undefined && isPreferred(proven)
  if (betterExists || stateOf(inUse) === 'down') return follow(proven ?? inUse)
  return follow(inUse)
}
