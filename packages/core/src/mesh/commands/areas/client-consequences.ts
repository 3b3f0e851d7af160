import type { ClientId, EpochMs, NodeId } from '../../../values/index.js'
import type { ClientRemoved } from '../../events/client-removed.js'
import { largeMapGet, largeMapKeys } from '../../large-map.js'
import { deviceMoveProblem } from '../client-devices.js'
import { removeClient } from '../client-removal.js'
import type { AreaConsequences, Removal } from '../removal.js'
import type { Unfolding } from '../unfolding.js'

/**
 * Clients of a gateway that goes move with it, or go (B3); a user's go with the user, who holds their keys. `consequencesOf`: what goes
 * along with a client that goes.
 */
export const clientConsequences = (removal: Removal, unfolding: Unfolding, consequencesOf: AreaConsequences): void => {
  const { atEpochMs } = removal
  const removeAll = (clientIds: readonly ClientId[], cause: ClientRemoved['cause']): void => {
    for (const clientId of clientIds) removeClient({ clientId, cause, atEpochMs }, unfolding, consequencesOf)
  }
  switch (removal.kind) {
    case 'gateway':
      if (removal.moveTo !== null) moveAll(unfolding, removal.nodeId, removal.moveTo, atEpochMs)
      // Those that could not move.
      removeAll(clientsOf(unfolding, removal.nodeId), 'gateway-removed')
      break
    case 'node': {
      const cause = removal.cause === 'network-removed' ? 'network-removed' : 'gateway-removed'
      removeAll(clientsOf(unfolding, removal.nodeId), cause)
      break
    }
    case 'network': {
      const network = largeMapGet(unfolding.state().networks, removal.networkId)
      removeAll(network === undefined ? [] : [...largeMapKeys(network.clientIds)].sort(), 'network-removed')
      break
    }
    case 'user':
      removeAll(largeMapGet(unfolding.state().indexes.clientIdsByOwner, removal.userId) ?? [], 'user-removed')
      break
    case 'client':
    case 'egress':
    case 'group':
      break
  }
}

const moveAll = (unfolding: Unfolding, from: NodeId, to: NodeId, atEpochMs: EpochMs): void => {
  for (const clientId of clientsOf(unfolding, from)) {
    const client = largeMapGet(unfolding.state().clients, clientId)
    if (client === undefined || deviceMoveProblem(unfolding.state(), client, to) !== undefined) continue
    const { networkId } = client
    unfolding.emit({ type: 'ClientMoved', atEpochMs, clientId, networkId, gatewayId: to, cause: 'gateway-removed' })
  }
}

const clientsOf = (unfolding: Unfolding, gatewayId: NodeId): readonly ClientId[] => {
  const gateway = largeMapGet(unfolding.state().gateways, gatewayId)
  return gateway === undefined ? [] : [...largeMapKeys(gateway.clientIds)].sort()
}
