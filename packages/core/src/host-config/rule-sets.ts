/** Which sets rules are made of. */
import type { Fragment, FragmentOf } from './fragment.js'
import type { AcceptRule, ReachRule, RelayRule, SetName } from './rule-parts.js'

const namesByFragment = new WeakMap<Fragment, ReadonlySet<SetName>>()

/** Every set that a fragment's rules and peers name, but everyone and egresses, which need no list. Found once for each fragment. */
export const setNamesIn = (fragment: Fragment): ReadonlySet<SetName> => {
  const known = namesByFragment.get(fragment)
  if (known !== undefined) return known
  const names = findSetNames(fragment)
  namesByFragment.set(fragment, names)
  return names
}

const findSetNames = (fragment: Fragment): ReadonlySet<SetName> => {
  switch (fragment.kind) {
    case 'class':
      return setNamesOf(fragment.rules, [...fragment.peers, ...ownPeerNames(fragment)])
    case 'relaying':
      return setNamesOf(fragment.pairs)
    case 'internet':
    case 'client':
      return setNamesOf(fragment.rules)
    case 'router':
      return setNamesOf([...fragment.rules, ...fragment.reaches])
    default:
      return new Set()
  }
}

export const setNamesOf = (
  rules: readonly (AcceptRule | RelayRule | ReachRule)[],
  peers: readonly SetName[] = [],
): ReadonlySet<SetName> => {
  const names = new Set<SetName>(peers)
  for (const rule of rules) {
    for (const ends of [rule.from, rule.to])
      if (ends !== null && 'sets' in ends) for (const name of ends.sets) names.add(name)
    if ('within' in rule && rule.within !== null) names.add(rule.within)
  }
  for (const name of names) if (name === 'everyone' || name.startsWith('egress:')) names.delete(name)
  return names
}

const ownPeerNames = ({ ownPeers }: FragmentOf<'class'>): readonly SetName[] =>
  ownPeers === null ? [] : [ownPeers.within, ...ownPeers.sets]
