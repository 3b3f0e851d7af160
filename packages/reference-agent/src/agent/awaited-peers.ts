import {
  endpointAddress,
  type HostChange,
  hasLiveHandshake,
  type ObservedHost,
  type WireguardPublicKey,
} from '@meshfold/core'

/** It touches WireGuard alone. */
export const isOfPeer = ({ kind }: HostChange): boolean => kind === 'set-peer' || kind === 'remove-peer'

/** Where a peer is now decides whether its endpoint is written, and whom to tell of another port of this host. */
export function dependsOnPeers(plan: readonly HostChange[], observed: ObservedHost): boolean {
  return plan.some(
    (change) =>
      change.kind === 'set-listen-port' ||
      (change.kind === 'set-peer' &&
        change.endpoint !== undefined &&
        observed.peers.get(change.publicKey)?.endpoint !== undefined),
  )
}

/**
 * The plan without writing another port where a session lives at the same address. Such a peer is told of its new port at the same
 * moment as we are: whoever sends there before it listens sends into the void, and once it listens it greets us from there.
 */
export function withoutAwaited(
  plan: readonly HostChange[],
  observed: ObservedHost,
): { readonly steps: readonly HostChange[]; readonly awaited: ReadonlySet<WireguardPublicKey> } {
  const awaited = new Set<WireguardPublicKey>()
  const steps = plan.flatMap((change): readonly HostChange[] => {
    if (change.kind !== 'set-peer' || !movesPortOnly(change, observed)) return [change]
    awaited.add(change.publicKey)
    const { endpoint: _endpoint, ...rest } = change
    const isEmpty = rest.allowedIps === undefined && rest.keepaliveSeconds === undefined
    return isEmpty ? [] : [rest]
  })
  return { steps, awaited }
}

function movesPortOnly(
  { publicKey, endpoint }: Extract<HostChange, { kind: 'set-peer' }>,
  { peers, observedAtEpochMs }: ObservedHost,
): boolean {
  const peer = peers.get(publicKey)
  if (endpoint === undefined || peer?.endpoint === undefined) return false
  return endpointAddress(endpoint) === endpointAddress(peer.endpoint) && hasLiveHandshake(peer, observedAtEpochMs)
}
