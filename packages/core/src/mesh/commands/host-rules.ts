/** Who a machine is, and what makes a new one known (A3, A5, A9). */
import * as E from 'fp-ts/lib/Either.js'
import {
  type EpochMs,
  type Ipv6Address,
  isIpv4Address,
  lowestFreeAddress,
  prefixContainsAddress,
} from '../../values/index.js'
import type { HostRegistered } from '../events/host-registered.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Host } from '../mesh-state.js'
import { keyHolder } from './client-rules.js'
import { type ExistingMesh, refuse } from './decision.js'
import { settleEndpoints } from './endpoint-rules.js'

type HostFacts = Omit<
  Host,
  | 'registeredAtEpochMs'
  | 'controlAddress4'
  | 'enrolledFrom'
  | 'nodeIds'
  | 'ownerUserId'
  | 'deviceId'
  | 'excludedPrefixes'
  | 'resolvers'
> &
  Partial<Pick<Host, 'enrolledFrom'>> & { readonly atEpochMs: EpochMs }

/** The host with these keys; `null` when they are new; refused when they are no one host's, or were retired. */
export const recogniseHost = (
  state: ExistingMesh,
  { wireguardKey, identityKey }: Pick<Host, 'wireguardKey' | 'identityKey'>,
): E.Either<MeshError, Host | null> => {
  const { retiredKeys, hostIdsByWireguardKey, hostIdsByIdentityKey } = state.indexes
  const holder = keyHolder(state, wireguardKey)
  if (holder?.kind === 'client') return refuse({ code: 'wireguard-key-taken', key: wireguardKey, holder })
  const retired = largeMapGet(retiredKeys, wireguardKey) ?? largeMapGet(retiredKeys, identityKey)
  if (retired !== undefined) return refuse({ code: 'host-retired', hostId: retired })
  const byWireguardKey = largeMapGet(hostIdsByWireguardKey, wireguardKey)
  const byIdentityKey = largeMapGet(hostIdsByIdentityKey, identityKey)
  const hostId = byWireguardKey ?? byIdentityKey
  const host = hostId === undefined ? undefined : largeMapGet(state.hosts, hostId)
  if (host === undefined) return E.right(null)
  if (byWireguardKey === byIdentityKey) return E.right(host)
  const knownKey = byWireguardKey === undefined ? 'identityKey' : 'wireguardKey'
  return refuse({ code: 'host-keys-mismatch', hostId: host.hostId, name: host.name, knownKey })
}

/** The event that makes a machine known. Its keys were looked at before: `recogniseHost`. */
export const registerNewHost = (state: ExistingMesh, facts: HostFacts): E.Either<MeshError, HostRegistered> => {
  const { hostId, controlAddress6, atEpochMs } = facts
  const namesake = largeMapGet(state.hosts, hostId)
  if (namesake !== undefined) return refuse({ code: 'host-id-taken', hostId, name: namesake.name })
  const problem = controlAddressProblem(state, controlAddress6)
  if (problem !== undefined) return E.left(problem)
  const { enrolledFrom = null } = facts
  const settled = settleEndpoints(state, hostId, { ...facts, enrolledFrom })
  if (E.isLeft(settled)) return settled
  const controlAddress4 =
    state.indexes.controlPool4 === null ? undefined : lowestFreeAddress(state.indexes.controlPool4)
  if (controlAddress4 === undefined || !isIpv4Address(controlAddress4))
    return refuse({ code: 'control-range-full', range: state.mesh.settings.controlRange4 })
  const { name, system, mtuBytes, wireguardKey, identityKey, localPrefixes, capabilities } = facts
  const { listenPort, endpoints } = settled.right
  return E.right({
    type: 'HostRegistered',
    atEpochMs,
    hostId,
    name,
    system,
    listenPort,
    mtuBytes,
    wireguardKey,
    identityKey,
    controlAddress4,
    controlAddress6,
    endpoints,
    localPrefixes,
    capabilities,
    enrolledFrom,
  })
}

const controlAddressProblem = (state: ExistingMesh, address: Ipv6Address): MeshError | undefined => {
  const range = state.mesh.settings.controlRange6
  if (!prefixContainsAddress(range, address)) return { code: 'control-address-outside', address, range }
  const holder = largeMapGet(state.indexes.hostIdsByControlAddress6, address)
  const host = holder === undefined ? undefined : largeMapGet(state.hosts, holder)
  return host === undefined
    ? undefined
    : { code: 'control-address-taken', address, hostId: host.hostId, name: host.name }
}
