import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { clientIdCodec, nodeIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { deviceMoveProblem } from './client-devices.js'
import { gatewayForClients } from './client-rules.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** Let a client connect to another gateway of its network; its key and addresses stay (B11). */
export type MoveClient = t.TypeOf<typeof moveClientCodec>

export const moveClientCodec = commandCodec('MoveClient', { clientId: clientIdCodec, gatewayId: nodeIdCodec })

export const decideMoveClient = ({ clientId, gatewayId, atEpochMs }: MoveClient, state: ExistingMesh): Decision => {
  const client = largeMapGet(state.clients, clientId)
  const network = client === undefined ? undefined : largeMapGet(state.networks, client.networkId)
  if (client === undefined || network === undefined) return refuse({ code: 'client-unknown', clientId })
  if (client.gatewayId === gatewayId) return alreadySo
  const place = gatewayForClients(state, gatewayId)
  if (E.isLeft(place)) return place
  const { networkId, name } = client
  if (place.right.network.networkId !== networkId)
    return refuse({ code: 'client-gateway-elsewhere', gatewayId, name, networkName: network.name })
  const problem = deviceMoveProblem(state, client, gatewayId)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'ClientMoved', atEpochMs, clientId, networkId, gatewayId, cause: 'moved' }])
}
