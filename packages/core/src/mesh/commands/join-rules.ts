/** How a host becomes a node of a network: its name and addresses there (A2, A4). */
import * as E from 'fp-ts/lib/Either.js'
import {
  type AddressPool,
  type HostName,
  hostPrefix,
  type IpAddress,
  type IpPrefix,
  type Ipv4Address,
  type Ipv6Address,
  isAddressTaken,
  isAddressUsable,
  lowestFreeAddress,
  prefixContainsAddress,
} from '../../values/index.js'
import type { NodeJoined } from '../events/node-joined.js'
import { largeMapGet } from '../large-map.js'
import type { MeshError } from '../mesh-error.js'
import type { Host, MeshState, Network } from '../mesh-state.js'
import { holderOf } from './client-prefixes.js'
import { refuse } from './decision.js'
import { memberNameProblem } from './dns-rules.js'
import { freeMemberName, memberNamed, memberOf } from './member-rules.js'

/** What is wanted of a new node; `null` leaves name or address to the mesh. */
export type JoinWish = Omit<NodeJoined, 'type' | 'networkId' | 'name'> & {
  readonly hostName: HostName
  readonly name: HostName | null
}

/** The event by which the host joins. That it is not a node there yet was looked at before. */
export const joinNetwork = (state: MeshState, network: Network, wish: JoinWish): E.Either<MeshError, NodeJoined> => {
  const { hostName, name: wantedName, ...rest } = wish
  const { nodeId } = wish
  const { networkId, name: networkName } = network
  if (memberOf(state, nodeId) !== undefined) return refuse({ code: 'node-id-taken', nodeId })
  const namesake = wantedName === null ? undefined : memberNamed(network, wantedName)
  if (wantedName !== null && namesake !== undefined)
    return refuse({ code: 'node-name-taken', name: wantedName, networkName, memberId: namesake })
  const problem = wantedName === null ? undefined : memberNameProblem(state, network, wantedName)
  if (problem !== undefined) return refuse(problem)
  const address4 = chooseAddress<Ipv4Address>(state, network, network.range4, network.pool4, wish.address4)
  if (E.isLeft(address4)) return address4
  const address6 = chooseAddress<Ipv6Address>(state, network, network.range6, network.pool6, wish.address6)
  if (E.isLeft(address6)) return address6
  const name = wantedName ?? freeMemberName(state, network, hostName)
  return E.right({ type: 'NodeJoined', ...rest, networkId, name, address4: address4.right, address6: address6.right })
}

/** Why a host can't be in one more network: its driver keeps none apart (A4). */
export const isolationProblem = (
  state: MeshState,
  host: Pick<Host, 'name' | 'capabilities' | 'nodeIds'>,
  joining: readonly Network[],
): MeshError | undefined => {
  if (host.nodeIds.length + joining.length < 2 || host.capabilities.includes('isolate-networks')) return undefined
  const present = host.nodeIds.flatMap((nodeId) => networkOfNode(state, nodeId)?.name ?? [])
  return {
    code: 'host-cannot-isolate-networks',
    name: host.name,
    networkNames: [...present, ...joining.map(({ name }) => name)],
  }
}

const networkOfNode = (state: MeshState, nodeId: Host['nodeIds'][number]): Network | undefined => {
  const node = largeMapGet(state.nodes, nodeId)
  return node === undefined ? undefined : largeMapGet(state.networks, node.networkId)
}

/** The requested address, or the lowest free one; `null` where the network has no range of the family. */
const chooseAddress = <Address extends IpAddress>(
  state: MeshState,
  network: Network,
  range: IpPrefix | null,
  pool: AddressPool | null,
  requested: Address | null,
): E.Either<MeshError, Address | null> => {
  const { networkId, name: networkName } = network
  if (requested === null) {
    if (range === null || pool === null) return E.right(null)
    const lowest = lowestFreeAddress(pool)
    return lowest === undefined
      ? refuse({ code: 'network-full', networkId, name: networkName, range })
      : E.right(lowest as Address)
  }
  const notUsable = (reason: 'no-range' | 'outside' | 'reserved') =>
    refuse({ code: 'address-not-usable', address: requested, networkName, range, reason })
  if (range === null || pool === null) return notUsable('no-range')
  if (!prefixContainsAddress(range, requested)) return notUsable('outside')
  if (!isAddressUsable(range, requested)) return notUsable('reserved')
  if (!isAddressTaken(pool, requested)) return E.right(requested)
  const memberId = holderOf(state, network, hostPrefix(requested))
  const holder = memberId === undefined ? undefined : memberOf(state, memberId)
  if (memberId === undefined || holder === undefined) return notUsable('reserved')
  return refuse({ code: 'address-taken', address: requested, memberId, name: holder.name })
}
