import { endpointAddress, type IpAddress, type ObservedPeer, type UnderlayMtu } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, orUnreadable, run } from '../linux-host.js'
import { showWays } from '../render/route-commands.js'
import { type IpLinkEntry, type IpWayEntry, parseIpWays } from './parse-ip-json.js'

/** The narrowest way to peers, by the routes that WireGuard's own packets take. `mark`: what its socket puts on them; 0: nothing. */
export async function observeUnderlayMtu(
  host: LinuxHost,
  links: readonly IpLinkEntry[],
  device: { readonly peers: Iterable<ObservedPeer>; readonly mark: number },
  action: string,
): Outcome<UnderlayMtu | undefined> {
  const addresses = placesOf(device.peers)
  if (addresses.length === 0) return E.right(undefined)
  const shown = await run(host, showWays(addresses, device.mark), action)
  if (E.isLeft(shown)) return shown
  const ways = orUnreadable(parseIpWays(shown.right), action)
  if (E.isLeft(ways)) return ways
  return E.right(
    narrowest(
      ways.right.filter(({ dev }) => dev !== host.interfaceName),
      links,
    ),
  )
}

/** An endpoint at which nobody ever answered may be an error, so it counts only while there is no other. */
function placesOf(peers: Iterable<ObservedPeer>): readonly IpAddress[] {
  const [proven, untried] = [new Set<IpAddress>(), new Set<IpAddress>()]
  for (const { endpoint, latestHandshakeAtEpochMs } of peers) {
    if (endpoint === undefined) continue
    const found = latestHandshakeAtEpochMs === undefined ? untried : proven
    found.add(endpointAddress(endpoint))
  }
  return [...(proven.size > 0 ? proven : untried)]
}

function narrowest(ways: readonly IpWayEntry[], links: readonly IpLinkEntry[]): UnderlayMtu | undefined {
  const mtuOfLink = new Map(links.map(({ ifname, mtu }) => [ifname, mtu]))
  let [linkBytes, pathBytes] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const { dev, metrics, expires } of ways) {
    const ofLink = mtuOfLink.get(dev)
    if (ofLink === undefined) continue
    const said = metrics?.find(({ mtu }) => mtu !== undefined)?.mtu ?? ofLink
    // What expires was learned; what doesn't is the route's own.
    linkBytes = Math.min(linkBytes, expires === undefined ? said : ofLink)
    pathBytes = Math.min(pathBytes, said, ofLink)
  }
  return Number.isFinite(pathBytes) ? { linkBytes, pathBytes } : undefined
}
