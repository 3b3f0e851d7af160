import type { HostChange, HostDrift, HostDriverError, ReconcileError } from '@meshfold/core'

/** Why a host is not as it should be, in one line: what failed, and the host's own words. */
export function describeReconcileError(error: ReconcileError): string {
  switch (error.code) {
    case 'observe-failed':
      return `the host can't be read: ${describeDriverError(error.cause)}`
    case 'step-failed':
      return `${describeChange(error.change)}: ${describeDriverError(error.cause)}`
    case 'did-not-converge':
      return `something else keeps changing the host: ${error.drift.slice(0, 5).map(describeOneDrift).join(', ')}`
  }
}

/** A driver's error in one line. */
export function describeDriverError(error: HostDriverError): string {
  const hint = error.code === 'host-permission-denied' ? '; run the agent as root or with CAP_NET_ADMIN' : ''
  return error.reason.replace(UNSAYABLE, ' ') + hint
}

/** Programs say what they like; a server takes none of that in a text, and ends the connection of an agent that says it. */
const UNSAYABLE = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu

/** One way in which a host differs, for status and report: at most 300 characters. */
export function describeOneDrift(drift: HostDrift): string {
  switch (drift.kind) {
    case 'interface-missing':
      return 'the interface is missing'
    case 'interface-unexpected':
      return 'the interface should not be there'
    case 'interface-differs':
      return `${drift.field} is ${String(drift.found)} instead of ${String(drift.expected)}`
    case 'address-missing':
      return `address ${drift.address} is missing`
    case 'address-unexpected':
      return `address ${drift.address} should not be there`
    case 'peer-missing':
      return `peer ${drift.publicKey} is missing`
    case 'peer-unexpected':
      return `peer ${drift.publicKey} should not be there`
    case 'peer-differs':
      return `peer ${drift.publicKey} differs in ${drift.fields.join(', ')}`
    case 'route-missing':
      return `the route to ${drift.route.prefix} is missing`
    case 'route-unexpected':
      return `the route to ${drift.route.prefix} should not be there`
    case 'forwarding-differs':
      return `IPv${drift.family} is not passed on as it should be`
    case 'firewall-missing':
      return 'the packet filter is missing'
    case 'firewall-unexpected':
      return 'the packet filter should not be there'
    case 'firewall-differs':
      return 'the rules of the packet filter differ'
    case 'firewall-set-differs':
      return `set ${drift.set} of the packet filter differs`
    case 'foreign-filter-closed':
      return `the packet filter \`${drift.name}\` is not open for the mesh`
    case 'foreign-filter-open':
      return `the packet filter \`${drift.name}\` should not be open for the mesh`
    case 'bypass-differs':
      return "WireGuard's own packets and answers to what came in outside are not told apart as they should be"
    case 'policy-route-missing':
      return `the route to ${drift.policyRoute.prefix} (${drift.policyRoute.to}) in table ${drift.policyRoute.table} is missing`
    case 'policy-route-unexpected':
      return `the route to ${drift.policyRoute.prefix} (${drift.policyRoute.to}) in table ${drift.policyRoute.table} should not be there`
    case 'policy-rule-missing':
      return `the IPv${drift.rule.family} routing rule ${drift.rule.kind} is missing`
    case 'policy-rule-unexpected':
      return `the IPv${drift.rule.family} routing rule ${drift.rule.kind} should not be there`
    case 'names-differ':
      return 'the names of the mesh are not all known here'
    case 'resolvers-differ':
      return 'the resolver was not told of the servers that the mesh names'
  }
}

/** How many changes of each kind: for a log line. */
export function countChanges(changes: readonly HostChange[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { kind } of changes) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

function describeChange(change: HostChange): string {
  if (change.kind === 'set-peer' || change.kind === 'remove-peer') return `${change.kind} ${change.publicKey}`
  if (change.kind === 'add-address' || change.kind === 'remove-address') return `${change.kind} ${change.address}`
  if (change.kind === 'add-route' || change.kind === 'remove-route') return `${change.kind} ${change.route.prefix}`
  return change.kind
}
