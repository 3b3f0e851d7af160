/** How a class of nodes is a side of policies. */
import type { MemberSetKey } from '../mesh/mesh-state.js'
import type { IpPrefix } from '../values/index.js'
import type { PolicyIndex, PreparedPolicy } from './policy-index.js'

/** By a set it is in, or by addresses that perhaps only some of its nodes' are. */
export interface ClassMatch {
  /** Place in the index. */
  readonly at: number
  readonly prepared: PreparedPolicy
  readonly asSource: boolean
  readonly asDestination: boolean
  readonly sourcePrefixes: readonly IpPrefix[]
  readonly destinationPrefixes: readonly IpPrefix[]
  /** The class's own user, where the policy is about own devices. */
  readonly ownUser: MemberSetKey | undefined
}

/** In the order of the policies. `owner` is the key of the class's own user. */
export const matchesOf = (
  index: PolicyIndex,
  keys: readonly MemberSetKey[],
  owner: MemberSetKey | undefined,
): readonly ClassMatch[] => {
  const matches = new Map<number, Growing<ClassMatch>>()
  const matchOf = (at: number): Growing<ClassMatch> => {
    const known = matches.get(at)
    if (known !== undefined) return known
    const fresh = noMatch(index, at, owner)
    matches.set(at, fresh)
    return fresh
  }
  for (const key of [...keys, ...index.wideKeys]) {
    const namers = index.namers.get(key)
    if (namers === undefined) continue
    const prefix = key.startsWith('prefix:') ? (key.slice('prefix:'.length) as IpPrefix) : undefined
    for (const at of namers.asSource) {
      const match = matchOf(at)
      if (prefix === undefined) match.asSource = true
      else match.sourcePrefixes = [...match.sourcePrefixes, prefix]
    }
    for (const at of namers.asDestination) {
      const match = matchOf(at)
      if (prefix === undefined) match.asDestination = true
      else match.destinationPrefixes = [...match.destinationPrefixes, prefix]
    }
  }
  if (owner !== undefined) for (const at of index.ownDevices) matchOf(at)
  return [...matches.values()].sort((one, other) => one.at - other.at)
}

type Growing<A> = { -readonly [K in keyof A]: A[K] }

const none: readonly IpPrefix[] = []

const noMatch = (index: PolicyIndex, at: number, owner: MemberSetKey | undefined): Growing<ClassMatch> => {
  const prepared = index.policies[at] as PreparedPolicy
  return {
    at,
    prepared,
    asSource: false,
    asDestination: false,
    sourcePrefixes: none,
    destinationPrefixes: none,
    ownUser: prepared.destinations.ownDevices ? owner : undefined,
  }
}

/** Equal for classes that match a policy alike. */
export const shapeOf = (match: ClassMatch): string => {
  const plain = match.asSource ? (match.asDestination ? 'both' : 'source') : match.asDestination ? 'destination' : ''
  const { sourcePrefixes, destinationPrefixes, ownUser } = match
  return sourcePrefixes.length === 0 && destinationPrefixes.length === 0 && ownUser === undefined
    ? plain
    : `${plain} ${sourcePrefixes} ${destinationPrefixes} ${ownUser ?? ''}`
}
