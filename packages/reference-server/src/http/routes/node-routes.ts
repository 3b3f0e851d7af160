import { largeMapGet, largeMapValues, type Node, type NodeId } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { doneAnswer } from '../../api/event-api.js'
import { networkParams } from '../../api/network-api.js'
import {
  joinNetworkBody,
  type NodeView,
  nodeAnswer,
  nodeParams,
  nodesAnswer,
  nodesQuery,
  updateNodeBody,
  viewNode,
} from '../../api/node-api.js'
import { type ApiError, notFound } from '../api-error.js'
import { changeRoute, shownDone } from '../change-route.js'
import { pageOf } from '../page-of.js'
import { jsonRoute, type Route } from '../route.js'
import { eventOf, type ServerContext } from '../server-context.js'

const PATH = '/api/v1/nodes'

export const nodeRoutes = (server: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'GET',
    path: PATH,
    access: 'admin',
    summary: 'Nodes, by id; of one network or host, if asked',
    query: nodesQuery,
    answer: nodesAnswer,
    handle: ({ query: { networkId, hostId, after, limit = 1000 } }) => {
      const { state } = server.service
      const wanted = [...largeMapValues(state.nodes)].filter(
        (node) =>
          (networkId === undefined || node.networkId === networkId) && (hostId === undefined || node.hostId === hostId),
      )
      const { items, next } = pageOf(wanted, (node) => node.nodeId, after, limit)
      return E.right({ nodes: items.flatMap((node) => viewNode(state, server.reactor.memory, node) ?? []), next })
    },
  }),
  jsonRoute({
    method: 'GET',
    path: `${PATH}/:nodeId`,
    access: 'admin',
    summary: 'One node',
    params: nodeParams,
    answer: nodeAnswer,
    handle: ({ params }) => shownNode(server, params.nodeId),
  }),
  joinNetworkRoute(server),
  changeNodeRoute(server, 'approve', 'ApproveNode', 'Let a waiting node take part'),
  changeNodeRoute(server, 'connect', 'ConnectNode', 'Let a disconnected node take part again'),
  changeNodeRoute(server, 'disconnect', 'DisconnectNode', 'Put a node aside; it keeps its addresses'),
  changeRoute(server, {
    method: 'PATCH',
    path: `${PATH}/:nodeId`,
    access: 'admin',
    summary: 'Change when a node expires',
    params: nodeParams,
    body: updateNodeBody,
    answer: nodeAnswer,
    change: ({ params: { nodeId }, body: { expiresAtEpochMs } }) =>
      E.right({ command: { type: 'UpdateNode', nodeId, expiresAtEpochMs }, shown: () => shownNode(server, nodeId) }),
  }),
  changeRoute(server, {
    method: 'DELETE',
    path: `${PATH}/:nodeId`,
    access: 'admin',
    summary: 'Take a node out of its network; its host stays in the mesh',
    params: nodeParams,
    answer: doneAnswer,
    change: ({ params: { nodeId } }) => E.right({ command: { type: 'RemoveNode', nodeId }, shown: shownDone }),
  }),
]

const joinNetworkRoute = (server: ServerContext): Route =>
  changeRoute(server, {
    method: 'POST',
    path: '/api/v1/networks/:networkId/nodes',
    access: 'admin',
    summary: 'Put a host into a network',
    params: networkParams,
    body: joinNetworkBody,
    status: 201,
    answer: nodeAnswer,
    change: ({ params: { networkId }, body }) => {
      const { hostId, name = null, address4 = null, address6 = null, ephemeral = false, expiresAtEpochMs = null } = body
      const asked = { networkId, hostId, name, address4, address6, ephemeral, expiresAtEpochMs }
      return E.right({
        command: { type: 'JoinNetwork', nodeId: server.ids.node(), ...asked },
        shown: (done) => {
          const joined = eventOf(done, 'NodeJoined')?.nodeId
          const nodeId = joined ?? nodesOfHost(server, hostId).find((node) => node.networkId === networkId)?.nodeId
          return nodeId === undefined ? E.left(notFound('node', hostId)) : shownNode(server, nodeId)
        },
      })
    },
  })

const changeNodeRoute = (
  server: ServerContext,
  verb: string,
  type: 'ApproveNode' | 'ConnectNode' | 'DisconnectNode',
  summary: string,
): Route =>
  changeRoute(server, {
    method: 'POST',
    path: `${PATH}/:nodeId/${verb}`,
    access: 'admin',
    summary,
    params: nodeParams,
    answer: nodeAnswer,
    change: ({ params: { nodeId } }) => E.right({ command: { type, nodeId }, shown: () => shownNode(server, nodeId) }),
  })

const shownNode = ({ service, reactor }: ServerContext, nodeId: NodeId): E.Either<ApiError, { node: NodeView }> => {
  const node = largeMapGet(service.state.nodes, nodeId)
  const view = node === undefined ? undefined : viewNode(service.state, reactor.memory, node)
  return view === undefined ? E.left(notFound('node', nodeId)) : E.right({ node: view })
}

const nodesOfHost = ({ service }: ServerContext, hostId: Node['hostId']): readonly Node[] =>
  (largeMapGet(service.state.hosts, hostId)?.nodeIds ?? []).flatMap(
    (nodeId) => largeMapGet(service.state.nodes, nodeId) ?? [],
  )
