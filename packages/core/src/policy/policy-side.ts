/** The sources or destinations of a policy, sorted by what they mean for rules. */
import type { DestinationSelector, MemberSetKey } from '../mesh/mesh-state.js'
import { selectorKey } from '../mesh/selector-key.js'
import { type EgressId, type IpPrefix, mergePrefixes } from '../values/index.js'
import type { SetRef } from './set-ref.js'

export interface PolicySide {
  /** Of all selectors but own devices and internet, sorted; see `selectorKey`. */
  readonly keys: readonly MemberSetKey[]
  /** The same as sets, prefixes together. */
  readonly refs: readonly SetRef[]
  /** Those of `refs` that may begin: without ways to the internet. */
  readonly beginners: readonly SetRef[]
  /** Those of `refs` that clients can be in. */
  readonly clients: readonly SetRef[]
  /** Prefixes as they are named, and merged. */
  readonly named: readonly IpPrefix[]
  readonly prefixes: readonly IpPrefix[]
  readonly everyone: boolean
  readonly ownDevices: boolean
  readonly internet: boolean
}

export const policySide = (
  selectors: readonly DestinationSelector[],
  isInternet: (egressId: EgressId) => boolean,
): PolicySide => {
  const members = selectors.filter(({ kind }) => kind !== 'own-devices' && kind !== 'internet')
  const named = selectors.flatMap((each) => (each.kind === 'prefix' ? [each.prefix] : []))
  const prefixes = mergePrefixes(named)
  const refs = [
    ...members.flatMap((each) => singleRef(each)),
    ...(prefixes.length === 0 ? [] : [{ kind: 'prefixes', prefixes } as const]),
  ]
  return {
    keys: [...new Set(members.map(selectorKey))].sort(),
    refs,
    beginners: refs.filter((ref) => ref.kind !== 'egress' || !isInternet(ref.egressId)),
    clients: refs.filter((ref) => ref.kind !== 'egress' && !(ref.kind === 'set' && ref.key.startsWith('node:'))),
    named,
    prefixes,
    everyone: selectors.some(({ kind }) => kind === 'everyone'),
    ownDevices: selectors.some(({ kind }) => kind === 'own-devices'),
    internet: selectors.some(({ kind }) => kind === 'internet'),
  }
}

const singleRef = (selector: DestinationSelector): readonly SetRef[] => {
  if (selector.kind === 'everyone') return [everyoneRef]
  if (selector.kind === 'egress') return [{ kind: 'egress', egressId: selector.egressId }]
  return selector.kind === 'prefix' ? [] : [{ kind: 'set', key: selectorKey(selector) }]
}

export const everyoneRef: SetRef = { kind: 'everyone' }

/** All of both, each once, in their order. */
export const unionOf = (one: readonly SetRef[], other: readonly SetRef[]): readonly SetRef[] => {
  if (one.length === 0 || one === other) return other
  const known = new Set(one.map(refKey))
  const more = other.filter((ref) => !known.has(refKey(ref)))
  return more.length === 0 ? one : [...one, ...more]
}

/** Equal sets of names have equal keys. */
export const refKey = (ref: SetRef): string => {
  switch (ref.kind) {
    case 'everyone':
      return 'everyone'
    case 'set':
      return ref.key
    case 'egress':
      return `egress:${ref.egressId}`
    case 'prefixes':
      return `prefix:${ref.prefixes.join(',')}`
  }
}
