import {
  type IpAddress,
  ipFamilyOf,
  type ObservedHost,
  type ObservedPeer,
  prefixContainsAddress,
  prefixFamily,
  udpEndpointOf,
} from '@meshfold/core'

/**
 * Whether a packet that one host sends to another's address would come through both tunnels: the sender has a peer for the
 * address, at an endpoint where the receiver is, and the receiver takes the sender's address from the sender's key.
 */
export function wouldDeliver(
  from: ObservedHost,
  to: ObservedHost,
  addresses: { from: IpAddress; to: IpAddress },
): boolean {
  if (from.interface?.publicKey === undefined || to.interface === undefined || !from.interface.isUp) return false
  const { listenPort, publicKey } = to.interface
  const peer = [...from.peers.values()].find((candidate) => allows(candidate, addresses.to))
  if (peer === undefined || peer.publicKey !== publicKey) return false
  const isThere = to.underlayAddresses.some(({ address }) => udpEndpointOf(address, listenPort) === peer.endpoint)
  const back = to.peers.get(from.interface.publicKey)
  return isThere && to.interface.isUp && back !== undefined && allows(back, addresses.from)
}

function allows({ allowedIps }: ObservedPeer, address: IpAddress): boolean {
  const family = ipFamilyOf(address)
  return allowedIps.some((prefix) => prefixFamily(prefix) === family && prefixContainsAddress(prefix, address))
}
