/** Which host listens on which port of a public address (A3: two hosts behind one address need different ports). */
import type { Draft } from 'immer'
import {
  endpointAddress,
  type HostId,
  type IpAddress,
  type IpPrefix,
  ipPrefix,
  prefixContainsAddress,
} from '../values/index.js'
import { largeMapDelete, largeMapGet, largeMapSet } from './large-map.js'
import type { Host, MeshState } from './mesh-state.js'

/** RFC 1918, RFC 6598 (carrier-grade NAT), RFC 4193: the same address may be many machines. */
const privateRanges: readonly IpPrefix[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
].map(ipPrefix)

/** Whether an address means one place in the whole internet. */
export const isPublicAddress = (address: IpAddress): boolean =>
  !privateRanges.some((range) => prefixContainsAddress(range, address))

/** The public addresses at which a host is reached, each once. */
export const publicAddressesOf = (endpoints: Host['endpoints']): readonly IpAddress[] => [
  ...new Set(endpoints.map(({ endpoint }) => endpointAddress(endpoint)).filter(isPublicAddress)),
]

/**
 * The wanted port, or the next one above it (wrapping at 65,535 to 1,025, leaving out 443) that no other host uses at any of the
 * addresses. `undefined` when every port is taken.
 */
export const freeListenPort = (
  state: MeshState,
  hostId: HostId,
  endpoints: Host['endpoints'],
  wantedPort: number,
): number | undefined => {
  const listeners = publicAddressesOf(endpoints).flatMap(
    (address) => largeMapGet(state.indexes.listenersByAddress, address) ?? [],
  )
  const isFree = (port: number) => listeners.every((ports) => (ports.get(port) ?? hostId) === hostId)
  for (let tried = 0, port = wantedPort; tried < 65_535; tried += 1, port = nextPort(port))
    if (isFree(port)) return port
  return undefined
}

const nextPort = (port: number): number => {
  if (port >= 65_535) return 1025
  return port + 1 === 443 ? 444 : port + 1
}

/** To be called by recipes when a host's endpoints or port change: first with what it had, then with what it has. */
export const removeListeners = (
  draft: Draft<MeshState>,
  host: Pick<Host, 'hostId' | 'endpoints' | 'listenPort'>,
): void => {
  for (const address of publicAddressesOf(host.endpoints)) {
    const ports = largeMapGet(draft.indexes.listenersByAddress, address)
    if (ports?.get(host.listenPort) !== host.hostId) continue
    ports.delete(host.listenPort)
    if (ports.size === 0) largeMapDelete(draft.indexes.listenersByAddress, address)
  }
}

/** A port that somebody holds already stays theirs: the log may hold such events, made before the rule was there. */
export const addListeners = (
  draft: Draft<MeshState>,
  host: Pick<Host, 'hostId' | 'endpoints' | 'listenPort'>,
): void => {
  for (const address of publicAddressesOf(host.endpoints)) {
    const ports = largeMapGet(draft.indexes.listenersByAddress, address)
    if (ports === undefined)
      largeMapSet(draft.indexes.listenersByAddress, address, new Map([[host.listenPort, host.hostId]]))
    else if (!ports.has(host.listenPort)) ports.set(host.listenPort, host.hostId)
  }
}
