import { type IpPrefix, prefixSetsOverlap, type WireguardPublicKey } from '../values/index.js'
import type { DesiredHost } from './desired-host.js'
import type { HostChange } from './host-change.js'
import type { ObservedHost } from './observed-host.js'
import { comparePeers, type PeerDifference, type PeerDifferences } from './peer-differences.js'

/** The plan for the peers, in the two parts between which routes change. */
export interface PeerPlan {
  /** New peers, prefixes that peers get, settings. No prefix that is still wanted somewhere is without a peer after any of them. */
  readonly give: readonly HostChange[]
  /** Prefixes and peers that nothing needs any more. */
  readonly take: readonly HostChange[]
}

/**
 * The changes for a few peers, at a cost that grows with their number and not with the mesh: for an agent that knows from
 * a patch which peers changed (`changedPeersBetween`). Peers that are not named must be as they should.
 */
export function planPeerChanges(
  observed: ObservedHost,
  desired: DesiredHost,
  changedPeers: Iterable<WireguardPublicKey>,
  context: { readonly previousDesired?: DesiredHost | undefined } = {},
): readonly HostChange[] {
  const plan = orderPeerChanges(comparePeers(observed, desired, changedPeers, context.previousDesired))
  return [...plan.give, ...plan.take]
}

/** The peers whose desired form differs between two configurations of one host; costs one comparison of references a peer. */
export function changedPeersBetween(
  before: DesiredHost | undefined,
  after: DesiredHost | undefined,
): ReadonlySet<WireguardPublicKey> {
  const changed = new Set<WireguardPublicKey>()
  for (const [key, peer] of after?.peers ?? []) if (before?.peers.get(key) !== peer) changed.add(key)
  for (const key of before?.peers.keys() ?? []) if (after?.peers.has(key) !== true) changed.add(key)
  return changed
}

/**
 * Puts differences in an order that keeps every path.
 *
 * WireGuard gives a prefix to one peer and takes it from the one that had it, silently and at once. So the gainer is
 * written first and the loser needs no write at all, unless the loser gains too: then its write keeps what others will
 * take from it later, which makes swaps and rings of any length work without a moment of nobody having the prefix.
 */
export function orderPeerChanges({ differing, unexpected }: PeerDifferences): PeerPlan {
  const gainedSomewhere = new Set(differing.flatMap(({ gained }) => gained))
  const keepsDropped = successorsMayComeLater(differing, gainedSomewhere)
  const taken = new Set<IpPrefix>()
  const give: HostChange[] = []
  const take: HostChange[] = []
  for (const difference of differing) {
    const dropped = difference.lost.filter((prefix) => !gainedSomewhere.has(prefix))
    if (difference.gained.length === 0 && dropped.length > 0) {
      take.push(setPeer(difference, difference.desiredAllowedIps))
      continue
    }
    if (!needsWrite(difference)) continue
    const kept = difference.lost.filter((prefix) => (gainedSomewhere.has(prefix) ? !taken.has(prefix) : keepsDropped))
    give.push(
      setPeer(difference, difference.gained.length === 0 ? undefined : [...difference.desiredAllowedIps, ...kept]),
    )
    if (keepsDropped && dropped.length > 0) take.push(onlyAllowedIps(difference))
    for (const prefix of difference.gained) taken.add(prefix)
  }
  for (const publicKey of unexpected) take.push({ kind: 'remove-peer', publicKey })
  return { give, take }
}

/** Whether a wider or narrower range than a dropped one is given to a peer, so that dropping at once might come too early. */
function successorsMayComeLater(differing: readonly PeerDifference[], gained: ReadonlySet<IpPrefix>): boolean {
  const gainers = differing.filter((difference) => difference.gained.length > 0)
  if (gainers.length < 2) return false
  const dropped = gainers.flatMap(({ lost }) => lost).filter((prefix) => !gained.has(prefix))
  return dropped.length > 0 && prefixSetsOverlap(dropped, [...gained])
}

/** False for a peer that only loses prefixes which others take from it. */
function needsWrite({ isNew, gained, endpoint, keepaliveSeconds }: PeerDifference): boolean {
  return isNew || gained.length > 0 || endpoint !== undefined || keepaliveSeconds !== undefined
}

function setPeer(difference: PeerDifference, allowedIps: readonly IpPrefix[] | undefined): HostChange {
  const { publicKey, endpoint, keepaliveSeconds } = difference
  return {
    kind: 'set-peer',
    publicKey,
    ...(allowedIps === undefined ? {} : { allowedIps }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(keepaliveSeconds === undefined ? {} : { keepaliveSeconds }),
  }
}

function onlyAllowedIps({ publicKey, desiredAllowedIps }: PeerDifference): HostChange {
  return { kind: 'set-peer', publicKey, allowedIps: desiredAllowedIps }
}
