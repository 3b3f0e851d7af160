/** Which addresses a client may have inside its network's ranges, and which prefixes it may bring along (A2, B4). */
import * as E from 'fp-ts/lib/Either.js'
import {
  type AddressPool,
  type ClientId,
  createAddressPool,
  highestFreeAddress,
  hostPrefix,
  type IpFamily,
  type IpPrefix,
  isPrefixFree,
  type MemberId,
  prefixContains,
  prefixContainsAddress,
  prefixesOverlap,
  prefixFamily,
  prefixFirst,
  prefixLength,
  produce,
  releasePrefix,
} from '../../values/index.js'
import { type ClientContent, sortedPrefixes } from '../client-parts.js'
import { egressRangesSeen } from '../egress-queries.js'
import { largeMapEntries, largeMapGet, largeMapKeys, largeMapValues } from '../large-map.js'
import type { MeshError, RangeOwner } from '../mesh-error.js'
import type { MeshState, Network } from '../mesh-state.js'
import { refuse } from './decision.js'
import { memberOf } from './member-rules.js'
import { allClientRanges, meshRanges } from './range-owners.js'
import { specialRange } from './range-rules.js'

const families: readonly IpFamily[] = [4, 6]

/** A new client's addresses: the wanted ones, and the highest free one of each other family that the network has. */
export const addressesOfNewClient = (
  state: MeshState,
  network: Network,
  clientId: ClientId,
  wanted: readonly IpPrefix[],
): E.Either<MeshError, readonly IpPrefix[]> => {
  const problem = addressesProblem(state, network, clientId, wanted)
  if (problem !== undefined) return refuse(problem)
  const chosen = [...wanted]
  for (const family of families) {
    const { range, pool } = familyOf(network, family)
    if (range === null || pool === null || wanted.some((prefix) => prefixFamily(prefix) === family)) continue
    const highest = highestFreeAddress(pool)
    const { networkId, name } = network
    if (highest === undefined) return refuse({ code: 'network-full', networkId, name, range })
    chosen.push(hostPrefix(highest))
  }
  return E.right(sortedPrefixes(chosen))
}

/** Why a client can't have these addresses; those that it has are free for it. */
export const addressesProblem = (
  state: MeshState,
  network: Network,
  clientId: ClientId,
  wanted: readonly IpPrefix[],
): MeshError | undefined => {
  const own = largeMapGet(state.clients, clientId)?.addresses ?? []
  const pools = { 4: poolWithout(network.pool4, own, 4), 6: poolWithout(network.pool6, own, 6) }
  for (const prefix of wanted) {
    const { range } = familyOf(network, prefixFamily(prefix))
    const pool = pools[prefixFamily(prefix)]
    const unusable = (reason: 'no-range' | 'outside' | 'reserved'): MeshError => ({
      code: 'client-address-unusable',
      prefix,
      networkName: network.name,
      range,
      reason,
    })
    if (range === null || pool === null) return unusable('no-range')
    if (!prefixContains(range, prefix)) return unusable('outside')
    if (!isPrefixFree(createAddressPool(range), prefix)) return unusable('reserved')
    if (!isPrefixFree(pool, prefix)) return takenProblem(state, network, clientId, prefix) ?? unusable('reserved')
  }
  return overlapWithin(wanted)
}

const familyOf = (
  network: Network,
  family: IpFamily,
): { readonly range: IpPrefix | null; readonly pool: AddressPool | null } =>
  family === 4 ? { range: network.range4, pool: network.pool4 } : { range: network.range6, pool: network.pool6 }

const poolWithout = (pool: AddressPool | null, own: readonly IpPrefix[], family: IpFamily): AddressPool | null => {
  const released = own.filter((prefix) => prefixFamily(prefix) === family)
  if (pool === null || released.length === 0) return pool
  return produce(pool, (draft) => {
    for (const prefix of released) releasePrefix(draft, prefix)
  })
}

const takenProblem = (
  state: MeshState,
  network: Network,
  clientId: ClientId,
  prefix: IpPrefix,
): MeshError | undefined => {
  const memberId = holderOf(state, network, prefix, clientId)
  const member = memberId === undefined ? undefined : memberOf(state, memberId)
  return memberId === undefined || member === undefined
    ? undefined
    : { code: 'client-address-taken', prefix, memberId, name: member.name }
}

/** Who has an address of the prefix, but one client. Only for saying so in a refusal: it may look at every member. */
export const holderOf = (
  state: MeshState,
  network: Network,
  prefix: IpPrefix,
  except: ClientId | null = null,
): MemberId | undefined => {
  const single = largeMapGet(network.holders, prefixFirst(prefix))
  if (single !== undefined && single !== except) return single
  for (const clientId of largeMapKeys(network.clientIds)) {
    const addresses = clientId === except ? [] : (largeMapGet(state.clients, clientId)?.addresses ?? [])
    if (addresses.some((other) => prefixesOverlap(other, prefix))) return clientId
  }
  for (const [address, memberId] of largeMapEntries(network.holders))
    if (memberId !== except && prefixContainsAddress(prefix, address)) return memberId
  return undefined
}

/**
 * Why a client can't bring these along: they touch a network, a control range, an egress, or what another client brings. All of them
 * in the whole mesh, because a host in two networks has one way to an address. An egress of /0 touches everything, and the longer
 * prefix wins.
 */
export const extraPrefixesProblem = (
  state: MeshState,
  clientId: ClientId,
  { additionalAddresses, prefixesBehind }: Pick<ClientContent, 'additionalAddresses' | 'prefixesBehind'>,
): MeshError | undefined => {
  const extra = [...additionalAddresses, ...prefixesBehind]
  if (extra.length === 0) return undefined
  const within = overlapWithin(extra)
  if (within !== undefined) return within
  const owners = [...meshRanges(state), ...egressOwners(state), ...allClientRanges(state, clientId)]
  for (const range of extra) {
    const reason = specialRange(range)
    if (reason !== undefined) return { code: 'range-not-usable', range, reason }
    const owner = owners.find((other) => prefixesOverlap(other.range, range))
    if (owner !== undefined) return { code: 'range-overlaps', range, owner }
  }
  return undefined
}

const overlapWithin = (prefixes: readonly IpPrefix[]): MeshError | undefined => {
  for (const [at, prefix] of prefixes.entries()) {
    const other = prefixes.slice(at + 1).find((each) => prefixesOverlap(each, prefix))
    if (other !== undefined) return { code: 'client-prefixes-overlap', prefix, other }
  }
  return undefined
}

/** As others see them: behind a virtual range the real one is nobody's business. */
const egressOwners = (state: MeshState): readonly RangeOwner[] =>
  [...largeMapValues(state.egresses)].flatMap((egress) =>
    egressRangesSeen(egress)
      .filter((range) => prefixLength(range) > 0)
      .map((range) => ({ kind: 'egress', egressId: egress.egressId, name: egress.name, range })),
  )
