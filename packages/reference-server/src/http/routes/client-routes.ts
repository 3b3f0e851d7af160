import { clientFile, isClientStale, largeMapGet, largeMapValues } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import {
  clientFileAnswer,
  clientParams,
  clientsAnswer,
  clientsQuery,
  viewClient,
  viewWarnings,
} from '../../api/client-api.js'
import { apiErrorOf, notFound } from '../api-error.js'
import { pageOf } from '../page-of.js'
import { jsonRoute, type Route } from '../route.js'
import type { ServerContext } from '../server-context.js'

export const clientRoutes = (server: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'GET',
    path: '/api/v1/clients',
    access: 'admin',
    summary: 'Clients, by id, and whether their gateways have them as they are; of one network or gateway, if asked',
    query: clientsQuery,
    answer: clientsAnswer,
    handle: ({ query: { networkId, gatewayId, after, limit = 1000 } }) => {
      const { service, sessions } = server
      const wanted = [...largeMapValues(service.state.clients)].filter(
        (client) =>
          (networkId === undefined || client.networkId === networkId) &&
          (gatewayId === undefined || client.gatewayId === gatewayId),
      )
      const { items, next } = pageOf(wanted, ({ clientId }) => clientId, after, limit)
      const clients = items.flatMap(
        (client) => viewClient(service.state, client, sessions.clients.waitOf(client)) ?? [],
      )
      return E.right({ clients, next })
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/api/v1/clients/:clientId/file',
    access: 'admin',
    summary: "A client's WireGuard file as of now, with a placeholder for the private key",
    params: clientParams,
    answer: clientFileAnswer,
    handle: ({ params: { clientId } }) => {
      const { state } = server.service
      const client = largeMapGet(state.clients, clientId)
      if (client === undefined) return E.left(notFound('client', clientId))
      const file = clientFile(state, clientId)
      if (E.isLeft(file)) return E.left(apiErrorOf(file.left, state))
      const { name, publicKey } = client
      const { text, hash } = file.right
      const [isStale, warnings] = [isClientStale(state, clientId), viewWarnings(file.right)]
      return E.right({ clientId, name, publicKey, text, hash, isStale, warnings })
    },
  }),
]
