/** What hangs on a client besides its own record, kept in one place: addresses, names, indexes, its gateway's list. */
import type { Draft } from 'immer'
import {
  type AddressPool,
  type ClientId,
  hostPrefix,
  type IpPrefix,
  prefixFamily,
  prefixFirst,
  releasePrefix,
  takePrefix,
  type UserId,
} from '../values/index.js'
import { largeMapDelete, largeMapGet, largeMapSet } from './large-map.js'
import { refreshMember, removeMember } from './members.js'
import { toggleClientName } from './membership.js'
import type { Client, MeshDraft, Network } from './mesh-state.js'
import { sortedWith, sortedWithout } from './sorted-ids.js'

/** Puts a client into the state, or another in the place of the one with its id. */
export const putClient = (draft: MeshDraft, client: Client): void => {
  const before = largeMapGet(draft.clients, client.clientId)
  if (before !== undefined) {
    if (before.networkId !== client.networkId) removeMember(draft, before.networkId, before.clientId)
    untie(draft, before)
  }
  largeMapSet(draft.clients, client.clientId, client)
  tie(draft, client)
  refreshMember(draft, client.clientId)
}

/** Takes a client out of the state. */
export const dropClient = (draft: MeshDraft, client: Client): void => {
  removeMember(draft, client.networkId, client.clientId)
  untie(draft, client)
  largeMapDelete(draft.clients, client.clientId)
}

/** Whether a prefix is one address. */
export const isSingleAddress = (prefix: IpPrefix): boolean => prefix === hostPrefix(prefixFirst(prefix))

const tie = (draft: MeshDraft, client: Client): void => {
  const { clientId, publicKey, gatewayId } = client
  largeMapSet(draft.indexes.clientIdsByPublicKey, publicKey, clientId)
  moveOwner(draft, clientId, null, client.ownerUserId)
  const gateway = largeMapGet(draft.gateways, gatewayId)
  if (gateway !== undefined) largeMapSet(gateway.clientIds, clientId, true)
  const network = largeMapGet(draft.networks, client.networkId)
  if (network === undefined) return
  largeMapSet(network.clientIds, clientId, true)
  largeMapSet(network.clientIdsByName, client.name, clientId)
  for (const prefix of client.addresses) {
    const pool = poolFor(network, prefix)
    if (pool !== null) takePrefix(pool, prefix)
    if (isSingleAddress(prefix)) largeMapSet(network.holders, prefixFirst(prefix), clientId)
  }
  if (client.enabled) toggleClientName(network, client)
}

const untie = (draft: MeshDraft, client: Client): void => {
  const { clientId, publicKey, gatewayId } = client
  largeMapDelete(draft.indexes.clientIdsByPublicKey, publicKey)
  moveOwner(draft, clientId, client.ownerUserId, null)
  const gateway = largeMapGet(draft.gateways, gatewayId)
  if (gateway !== undefined) largeMapDelete(gateway.clientIds, clientId)
  const network = largeMapGet(draft.networks, client.networkId)
  if (network === undefined) return
  if (client.enabled) toggleClientName(network, client)
  largeMapDelete(network.clientIds, clientId)
  largeMapDelete(network.clientIdsByName, client.name)
  for (const prefix of client.addresses) {
    const pool = poolFor(network, prefix)
    if (pool !== null) releasePrefix(pool, prefix)
    if (isSingleAddress(prefix)) largeMapDelete(network.holders, prefixFirst(prefix))
  }
}

const poolFor = (network: Draft<Network>, prefix: IpPrefix): AddressPool | null =>
  prefixFamily(prefix) === 4 ? network.pool4 : network.pool6

const moveOwner = (draft: MeshDraft, clientId: ClientId, from: UserId | null, to: UserId | null): void => {
  const { clientIdsByOwner } = draft.indexes
  if (from !== null) {
    const left = sortedWithout(largeMapGet(clientIdsByOwner, from) ?? [], [clientId])
    if (left.length > 0) largeMapSet(clientIdsByOwner, from, left)
    else largeMapDelete(clientIdsByOwner, from)
  }
  if (to !== null) largeMapSet(clientIdsByOwner, to, sortedWith(largeMapGet(clientIdsByOwner, to) ?? [], [clientId]))
}
