/** What makes a host's firewall what it should be: sets element by element, or all of it at once. */
import type { IpPrefix } from '../values/index.js'
import { type DesiredFirewall, type FirewallSetId, firewallRulesHash } from './desired-firewall.js'
import type { HostChange } from './host-change.js'
import type { ForwardingState, ObservedFirewall, ObservedHost } from './observed-host.js'

/** `[]` when it is so already. */
export const planFirewallChanges = (
  found: ObservedFirewall | undefined,
  desired: DesiredFirewall | null,
): readonly HostChange[] => {
  if (desired === null) return found === undefined ? [] : [{ kind: 'remove-firewall' }]
  if (found === undefined || found.rulesHash !== firewallRulesHash(desired.rules) || !haveSameSets(found, desired))
    return [{ kind: 'set-firewall', firewall: desired }]
  return [...desired.sets].flatMap(([set, wanted]) => changeOfSet(set, found.sets.get(set) ?? [], wanted, desired))
}

/** What is to be switched on, once the filter is there, and what off again, while it still is. */
export const planForwarding = (
  found: ObservedHost['forwarding'],
  isWanted: boolean,
): { readonly on: readonly HostChange[]; readonly off: readonly HostChange[] } => {
  const changes = (state: ForwardingState, isOn: boolean): readonly HostChange[] =>
    [...found].flatMap(([family, is]) => (is === state ? [{ kind: 'set-forwarding', family, isOn }] : []))
  return isWanted ? { on: changes('off', true), off: [] } : { on: [], off: changes('switched-on', false) }
}

const haveSameSets = (found: ObservedFirewall, desired: DesiredFirewall): boolean =>
  found.sets.size === desired.sets.size && [...desired.sets.keys()].every((set) => found.sets.has(set))

const changeOfSet = (
  set: FirewallSetId,
  found: readonly IpPrefix[],
  wanted: readonly IpPrefix[],
  firewall: DesiredFirewall,
): readonly HostChange[] => {
  if (found === wanted) return []
  const [has, wants] = [new Set(found), new Set(wanted)]
  const add = wanted.filter((prefix) => !has.has(prefix))
  const remove = found.filter((prefix) => !wants.has(prefix))
  return add.length + remove.length === 0 ? [] : [{ kind: 'change-firewall-set', set, add, remove, firewall }]
}
