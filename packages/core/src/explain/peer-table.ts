/** WireGuard's table of a host: which peer an address belongs to, for both directions. Found address by address. */
import type { Path } from '../host-config/host-config.js'
import { comesBefore } from '../host-config/prefix-owner.js'
import {
  type ClientId,
  type HostId,
  type IpAddress,
  type IpPrefix,
  ipFamilyOf,
  type PrefixMap,
  type PrefixMatch,
  PrefixTable,
} from '../values/index.js'
import type { ChoicesOnDemand } from './choices-on-demand.js'
import type { ClaimedAddresses } from './claimed-addresses.js'
import type { ConfigOnDemand } from './config-on-demand.js'
import { madeOnce } from './made-once.js'

/** Whom a WireGuard key belongs to. */
export type PeerRef =
  | { readonly kind: 'host'; readonly hostId: HostId }
  | { readonly kind: 'client'; readonly clientId: ClientId }

export const samePeer = (one: PeerRef, other: PeerRef): boolean =>
  one.kind === 'host'
    ? other.kind === 'host' && one.hostId === other.hostId
    : other.kind === 'client' && one.clientId === other.clientId

/** The same as a table of the AllowedIPs that `choosePaths` gives, and of the prefixes of own clients. */
export const peerTable = (
  config: ConfigOnDemand,
  { hopOn }: ChoicesOnDemand,
  claimed: ClaimedAddresses,
): PrefixMap<PeerRef> => {
  const clients = madeOnce(() => new PrefixTable(clientPrefixes(config)))
  const pathsAround = pathsAroundAddresses(config, claimed)
  /** Who has a prefix is settled among its claimants before anybody asks whether the way can be taken now. */
  const byPath = (address: IpAddress, longerThan: number): PrefixMatch<PeerRef> | undefined => {
    let settled = Number.POSITIVE_INFINITY
    for (const { value: path, length } of pathsAround(address)) {
      if (length <= longerThan) return undefined
      if (length === settled) continue
      settled = length
      const hostId = hopOn(path)
      // All hops are peers: choices see to that.
      if (hostId !== undefined) return { value: { kind: 'host', hostId }, length }
    }
    return undefined
  }
  const byControlAddress = (address: IpAddress): PrefixMatch<PeerRef> | undefined => {
    const hostId = claimed.controlledHost(address)
    if (hostId === undefined || !config.peers.has(hostId)) return undefined
    return { value: { kind: 'host', hostId }, length: widthOf(address) }
  }
  const nodesFound = new Map<IpAddress, PrefixMatch<PeerRef>>()
  return {
    longest: (address) => {
      const known = nodesFound.get(address)
      if (known !== undefined) return known
      const client = clients().longest(address)
      const path = byPath(address, client?.length ?? -1)
      if (path?.length !== widthOf(address)) return byControlAddress(address) ?? path ?? client
      nodesFound.set(address, path)
      return path
    },
  }
}

const widthOf = (address: IpAddress): number => (ipFamilyOf(address) === 4 ? 32 : 128)

function* clientPrefixes(config: ConfigOnDemand): Generator<readonly [IpPrefix, PeerRef]> {
  for (const { clientId, prefixes } of config.clients().values())
    for (const prefix of prefixes) yield [prefix, { kind: 'client', clientId }]
}

/** Paths of the host that have a prefix around an address: the longest first, of equal ones that which has it. */
const pathsAroundAddresses = (
  { own, paths, pathsBeyond }: ConfigOnDemand,
  claimed: ClaimedAddresses,
): ((address: IpAddress) => readonly PrefixMatch<Path>[]) => {
  const beyond = madeOnce(() => new PrefixTable(byPrefix(pathsBeyond().values())))
  return (address) => {
    const found: PrefixMatch<Path>[] = []
    for (const { networkId } of own.memberships) {
      const claim = claimed.nodeAt(networkId, address)
      const path = claim && paths.get(claim.key)
      if (claim !== undefined && path?.prefixes.includes(claim.prefix))
        found.push({ value: path, length: widthOf(address) })
      for (const { value: keys, length } of claimed.pathsToClients(networkId, address))
        for (const each of keys) {
          const toClients = paths.get(each)
          if (toClients !== undefined) found.push({ value: toClients, length })
        }
    }
    for (const { value, length } of beyond().around(address))
      for (const path of value) found.push({ value: path, length })
    return found.length < 2 ? found : found.sort(inOrder)
  }
}

const inOrder = (one: PrefixMatch<Path>, other: PrefixMatch<Path>): number =>
  other.length - one.length || (comesBefore(one.value, other.value) ? -1 : 1)

const byPrefix = (paths: Iterable<Path>): ReadonlyMap<IpPrefix, readonly Path[]> => {
  const found = new Map<IpPrefix, Path[]>()
  for (const path of paths)
    for (const prefix of path.prefixes) {
      const known = found.get(prefix)
      if (known === undefined) found.set(prefix, [path])
      else known.push(path)
    }
  return found
}
