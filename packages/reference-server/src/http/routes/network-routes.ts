import { largeMapGet, largeMapValues, type NetworkId } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { doneAnswer } from '../../api/event-api.js'
import {
  createNetworkBody,
  networkAnswer,
  networkParams,
  networksAnswer,
  removeNetworkQuery,
  updateNetworkBody,
  viewNetwork,
} from '../../api/network-api.js'
import { type ApiError, notFound } from '../api-error.js'
import { changeRoute, shownDone } from '../change-route.js'
import { jsonRoute, type Route } from '../route.js'
import { eventOf, type ServerContext } from '../server-context.js'

const PATH = '/api/v1/networks'

export const networkRoutes = (server: ServerContext): readonly Route[] => {
  const shown = (networkId: NetworkId): E.Either<ApiError, { network: ReturnType<typeof viewNetwork> }> => {
    const network = largeMapGet(server.service.state.networks, networkId)
    return network === undefined ? E.left(notFound('network', networkId)) : E.right({ network: viewNetwork(network) })
  }
  return [
    jsonRoute({
      method: 'GET',
      path: PATH,
      access: 'admin',
      summary: 'All networks, by name',
      answer: networksAnswer,
      handle: () => {
        const networks = [...largeMapValues(server.service.state.networks)].map(viewNetwork)
        return E.right({ networks: networks.sort((a, b) => (a.name < b.name ? -1 : 1)) })
      },
    }),
    changeRoute(server, {
      method: 'POST',
      path: PATH,
      access: 'admin',
      summary: 'Create a network',
      body: createNetworkBody,
      status: 201,
      answer: networkAnswer,
      change: ({ body: { name, range4 = null, range6 = null, ...given } }) => {
        const networkId = server.ids.network()
        const settings = { ...defaultSettings, ...given }
        return E.right({
          command: { type: 'CreateNetwork', networkId, name, range4, range6, settings },
          shown: (done) => shown(eventOf(done, 'NetworkCreated')?.networkId ?? networkId),
        })
      },
    }),
    jsonRoute({
      method: 'GET',
      path: `${PATH}/:networkId`,
      access: 'admin',
      summary: 'One network',
      params: networkParams,
      answer: networkAnswer,
      handle: ({ params }) => shown(params.networkId),
    }),
    updateNetworkRoute(server, shown),
    changeRoute(server, {
      method: 'DELETE',
      path: `${PATH}/:networkId`,
      access: 'admin',
      summary: 'End a network; its hosts stay in the mesh',
      params: networkParams,
      query: removeNetworkQuery,
      answer: doneAnswer,
      change: ({ params: { networkId }, query: { evenWithNodes = false } }) =>
        E.right({ command: { type: 'RemoveNetwork', networkId, evenWithNodes }, shown: shownDone }),
    }),
  ]
}

const updateNetworkRoute = (
  server: ServerContext,
  shown: (networkId: NetworkId) => E.Either<ApiError, { network: ReturnType<typeof viewNetwork> }>,
): Route =>
  changeRoute(server, {
    method: 'PATCH',
    path: `${PATH}/:networkId`,
    access: 'admin',
    summary: 'Change a network; what is left out stays, name and ranges stay for ever once it had a node',
    params: networkParams,
    body: updateNetworkBody,
    answer: networkAnswer,
    change: ({ params: { networkId }, body: { name, range4, range6, ...settings } }) => {
      const command = {
        type: 'UpdateNetwork',
        networkId,
        ...given({ name, range4, range6 }),
        ...(Object.keys(settings).length === 0 ? {} : { settings }),
      } as const
      return E.right({ command, shown: () => shown(networkId) })
    },
  })

/** Without the fields that were left out. */
export const given = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

const defaultSettings = { keepaliveSeconds: 20, mtuBytes: 1420, joinApproval: 'automatic', clientDns: [] } as const
