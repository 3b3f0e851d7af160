import { comparePrefixes, type HostId, prefixFamily, type UdpEndpoint } from '../values/index.js'
import type { SelfFragment } from './fragment.js'
import {
  type FullTunnel,
  internetPathKey,
  type Path,
  type PathKey,
  type PeerConfig,
  type RoutedEgress,
} from './host-config.js'

/** What stays outside while all traffic goes through the mesh (D5). The server's address is the agent's to add: it knows it. */
export const expandFullTunnel = (
  own: SelfFragment,
  paths: { readonly get: (key: PathKey) => Path | undefined },
  peers: { readonly get: (hostId: HostId) => PeerConfig | undefined },
  routing: readonly RoutedEgress[],
): FullTunnel | null => {
  const path = paths.get(internetPathKey)
  const part = own.memberships.find(({ networkId }) => networkId === path?.networkId)
  if (path === undefined || part === undefined || path.to.kind !== 'internet') return null
  const { settings } = part.tunnel
  const outside = new Set<UdpEndpoint>()
  for (const { hostId } of path.to.gateways)
    for (const { endpoint } of peers.get(hostId)?.endpoints ?? []) outside.add(endpoint)
  const local = settings.localNetwork === 'outside' ? own.localPrefixes : []
  const outsidePrefixes = new Set([...local, ...routing.flatMap(({ ranges }) => ranges)])
  return {
    families: [...new Set(path.prefixes.map(prefixFamily))].sort(),
    settings,
    outside: [...outside].sort(),
    outsidePrefixes: [...outsidePrefixes].sort(comparePrefixes),
  }
}
