/** Which host listens on which port of a public address (A3: two hosts behind one address need different ports). */
import {
  addressRefusal,
  controlPort,
  endpointAddress,
  type HostId,
  type IpAddress,
  ipFamilyOf,
  type UdpEndpoint,
  udpEndpointOf,
} from '../values/index.js'
import { type DerivedIndex, derivedIndex } from './derived-index.js'
import { largeMapClear, largeMapDelete, largeMapGet, largeMapSet, largeMapValues } from './large-map.js'
import type { Host, MeshState } from './mesh-state.js'
import { plain, sortedWith, sortedWithout } from './sorted-ids.js'

/**
 * RFC 1918, RFC 6598 (carrier-grade NAT) and RFC 4193, as patterns over the canonical text: the same address may be many machines.
 * Asked twice for every endpoint of every event, which is no place to parse prefixes.
 */
const private4 = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/
const private6 = /^f[cd][0-9a-f]{2}:/

/** Whether an address means one place in the whole internet. */
export const isPublicAddress = (address: IpAddress): boolean => !private4.test(address) && !private6.test(address)

/** What tells where a host is in the internet. */
type Whereabouts = Pick<Host, 'endpoints' | 'enrolledFrom'>

/**
 * The address from which a host enrolled, as long as it tells more of where the host is than its endpoints do: it is public, and none
 * of them is public in its family. A host behind a NAT has no such endpoint before others have seen it; until then this is the address
 * that it shares with its neighbours. A server that a proxy stands before sees the proxy's.
 */
export const enrolledFromUntilSeen = (
  enrolledFrom: IpAddress | null,
  endpoints: Host['endpoints'],
): IpAddress | null => {
  if (enrolledFrom === null || !isPublicAddress(enrolledFrom) || addressRefusal(enrolledFrom) !== undefined) return null
  const family = ipFamilyOf(enrolledFrom)
  const isSeen = publicAddressesOf(endpoints).some((address) => ipFamilyOf(address) === family)
  return isSeen ? null : enrolledFrom
}

/** The public addresses at which a host listens as far as is known, each once: no other host may have its port there. */
export const listenAddressesOf = ({ endpoints, enrolledFrom }: Whereabouts): readonly IpAddress[] => {
  const addresses = publicAddressesOf(endpoints)
  const unseen = enrolledFromUntilSeen(enrolledFrom, endpoints)
  return unseen === null ? addresses : [...addresses, unseen]
}

/** The public addresses at which a host is reached, each once. */
const publicAddressesOf = (endpoints: Host['endpoints']): readonly IpAddress[] => {
  const addresses: IpAddress[] = []
  for (const { endpoint } of endpoints) {
    const address = endpointAddress(endpoint)
    if (isPublicAddress(address) && !addresses.includes(address)) addresses.push(address)
  }
  return addresses
}

/**
 * The wanted port, or the next one above it (wrapping at 65,535 to 1,025, leaving out 443) that no other host uses at any of the
 * addresses, nor the host itself for its agent. `undefined` when every port is taken.
 */
export const freeListenPort = (
  state: MeshState,
  hostId: HostId,
  whereabouts: Whereabouts,
  wantedPort: number,
): number | undefined => {
  const addresses = listenAddressesOf(whereabouts)
  const holdersOf = (address: IpAddress, port: number) =>
    largeMapGet(state.indexes.hostIdsByListener, udpEndpointOf(address, port)) ?? []
  const isFree = (port: number) =>
    port !== controlPort && addresses.every((address) => holdersOf(address, port).every((holder) => holder === hostId))
  for (let tried = 0, port = wantedPort; tried < 65_535; tried += 1, port = nextPort(port))
    if (isFree(port)) return port
  return undefined
}

const nextPort = (port: number): number => {
  if (port >= 65_535) return 1025
  return port + 1 === 443 ? 444 : port + 1
}

type Listener = Pick<Host, 'hostId' | 'endpoints' | 'enrolledFrom' | 'listenPort'>

/** Of hosts. Several may listen at one place: the log may hold such events, made before the rule was there. */
export const listeners: DerivedIndex<Listener> = derivedIndex<Listener>({
  clear: (draft) => largeMapClear(draft.indexes.hostIdsByListener),
  itemsOf: (draft) => largeMapValues(draft.hosts),
  add: (draft, host) => {
    const { hostIdsByListener } = draft.indexes
    for (const listener of listenersOf(host)) {
      const others = largeMapGet(hostIdsByListener, listener)
      largeMapSet(hostIdsByListener, listener, others === undefined ? [host.hostId] : sortedWith(others, [host.hostId]))
    }
  },
  remove: (draft, host) => {
    const { hostIdsByListener } = draft.indexes
    for (const listener of listenersOf(host)) {
      const left = sortedWithout(largeMapGet(hostIdsByListener, listener) ?? [], [host.hostId])
      if (left.length > 0) largeMapSet(hostIdsByListener, listener, left)
      else largeMapDelete(hostIdsByListener, listener)
    }
  },
})

/** Past immer's draft of the list, which recipes replace as a whole. */
const listenersOf = ({ endpoints, enrolledFrom, listenPort }: Listener): readonly UdpEndpoint[] =>
  listenAddressesOf({ endpoints: plain(endpoints), enrolledFrom }).map((address) => udpEndpointOf(address, listenPort))
