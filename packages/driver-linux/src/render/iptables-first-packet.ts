/**
 * Whom the first packet of a flow was addressed to, before anything was translated. iptables asks sets about the packet at hand alone: where
 * that has another destination by now, behind a virtual range or a port that a container publishes, a set's members stand in the rules.
 */
import { type DesiredFirewall, type FirewallSetId, type IpPrefix, prefixContains } from '@meshfold/core'
import type { FilterRule, Match } from './filter-rule.js'
import { filterRules } from './filter-rules.js'

/** What is spelled out in rules. */
export interface Spelling {
  /** Who is in a set and may be meant; `isPublished`: what was sent to this host itself. */
  readonly membersOf: (set: FirewallSetId, isPublished: boolean) => readonly IpPrefix[]
  /** Ranges whose packets have other destinations by the time that they are asked about. */
  readonly virtual: readonly IpPrefix[]
}

export const spellingOf = ({ rules: { filter, nat }, sets }: DesiredFirewall): Spelling => {
  const own = filter?.own ?? []
  return {
    membersOf: (set, isPublished) => {
      const members = sets.get(set) ?? []
      return isPublished ? own.filter((each) => members.some((member) => prefixContains(member, each))) : members
    },
    virtual: nat.flatMap((rule) => (rule.kind === 'prefix-map' ? [rule.virtual] : [])),
  }
}

/** `published`: sent to this host, and passed on to a container of it. `range`: into the underlay, perhaps a mapped range. */
export const hiddenDestination = ({ matches }: FilterRule): 'published' | 'range' | 'none' => {
  if (matches.some(({ on }) => on === 'translated')) return 'published'
  const comes = wayOf(matches, 'in')
  const leaves = wayOf(matches, 'out')
  const isOfReply = matches.some((match) => match.on === 'direction' && match.is === 'reply')
  return comes !== undefined && leaves !== undefined && comes !== leaves && comes !== isOfReply ? 'range' : 'none'
}

/** Whether packets come or leave by the own interface; `undefined`: it isn't asked. */
const wayOf = (matches: readonly Match[], way: 'in' | 'out'): boolean | undefined =>
  matches.flatMap((match) => (match.on === 'interface' && match.way === way ? [match.isOwn] : []))[0]

/** Whether a set that changes is spelled out in rules, with one of those who come or go. */
export const isSpelled = (
  { rules: { filter } }: DesiredFirewall,
  { set, changed }: { readonly set: FirewallSetId; readonly changed: readonly IpPrefix[] },
): boolean => {
  if (filter === null) return false
  const isOfOwn = changed.some((prefix) => filter.own.some((each) => prefixContains(prefix, each)))
  return filterRules(filter).forward.some((rule) => {
    const hidden = hiddenDestination(rule)
    if (hidden === 'none' || (hidden === 'published' && !isOfOwn)) return false
    return rule.matches.some(
      (match) =>
        match.on === 'set' && match.set === set && match.isIn && match.side === 'daddr' && match.read === 'flow',
    )
  })
}
