import { type HostId, largeMapGet, largeMapValues } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { KeyWishAnswer } from '../../agents/key-desk.js'
import { doneAnswer } from '../../api/event-api.js'
import {
  type HostView,
  hostAnswer,
  hostParams,
  hostsAnswer,
  hostsQuery,
  updateHostBody,
  viewHost,
} from '../../api/host-api.js'
import { hostConfigAnswer, hostConfigQuery, viewHostConfig } from '../../api/host-config-api.js'
import { type ApiError, notFound } from '../api-error.js'
import { askPast } from '../ask-past.js'
import { changeRoute, shownDone } from '../change-route.js'
import { pageOf } from '../page-of.js'
import { jsonRoute, type Route } from '../route.js'
import type { ServerContext } from '../server-context.js'
import { given } from './network-routes.js'

const PATH = '/api/v1/hosts'

export const hostRoutes = (server: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'GET',
    path: PATH,
    access: 'admin',
    summary: 'Hosts, by id, with their nodes and how they are doing',
    query: hostsQuery,
    answer: hostsAnswer,
    handle: ({ query: { after, limit = 1000 } }) => {
      const { service, sessions, reactor } = server
      const { state } = service
      const { items, next } = pageOf([...largeMapValues(state.hosts)], (host) => host.hostId, after, limit)
      return E.right({
        hosts: items.map((host) =>
          viewHost(state, host, { memory: reactor.memory, presence: sessions.presence.of(host.hostId) }),
        ),
        next,
      })
    },
  }),
  jsonRoute({
    method: 'GET',
    path: `${PATH}/:hostId`,
    access: 'admin',
    summary: 'One host',
    params: hostParams,
    answer: hostAnswer,
    handle: ({ params }) => shownHost(server, params.hostId),
  }),
  jsonRoute({
    method: 'GET',
    path: `${PATH}/:hostId/config`,
    access: 'admin',
    summary: 'The configuration of one host, as its agent puts it into effect, or did; no private key is in it',
    params: hostParams,
    query: hostConfigQuery,
    answer: hostConfigAnswer,
    handle: ({ params: { hostId }, query: { at } }) =>
      askPast(server, [at], ([state]) => {
        const config = viewHostConfig(state, hostId)
        return config === undefined ? E.left(notFound('host', hostId)) : E.right(config)
      }),
  }),
  changeRoute(server, {
    method: 'PATCH',
    path: `${PATH}/:hostId`,
    access: 'admin',
    summary: 'Change what is wanted of a host; what is left out stays',
    params: hostParams,
    body: updateHostBody,
    answer: hostAnswer,
    change: ({ params: { hostId }, body }) =>
      E.right({ command: { type: 'UpdateHost', hostId, ...given(body) }, shown: () => shownHost(server, hostId) }),
  }),
  jsonRoute({
    method: 'POST',
    path: `${PATH}/:hostId/rotate-key`,
    access: 'admin',
    summary: 'Ask the agent of a host for another WireGuard key; answers once the mesh has it',
    params: hostParams,
    answer: hostAnswer,
    handle: async ({ params: { hostId } }, { context }) => {
      const shown = shownHost(server, hostId)
      if (E.isLeft(shown)) return shown
      const answer = await server.sessions.rotateKey(hostId, context)
      return answer.code === 'rotated' ? shownHost(server, hostId) : E.left(keyNotRotated(shown.right.host, answer))
    },
  }),
  changeRoute(server, {
    method: 'DELETE',
    path: `${PATH}/:hostId`,
    access: 'admin',
    summary: 'Take a machine out of the mesh; its keys never come back',
    params: hostParams,
    answer: doneAnswer,
    change: ({ params: { hostId } }) => E.right({ command: { type: 'RemoveHost', hostId }, shown: shownDone }),
  }),
]

const keyNotRotated = ({ name }: HostView, answer: KeyWishAnswer): ApiError => {
  if (answer.code === 'agent-away') {
    const message = `The agent of ${name} is not connected, and nobody else can make its key. Try again when it is.`
    return { status: 409, code: answer.code, message }
  }
  if ('message' in answer) return { status: 409, code: answer.code, message: answer.message }
  const message = `The agent of ${name} was asked, and has shown no other key within 15 s. It may still: meshfold host show ${name}`
  return { status: 504, code: answer.code, message }
}

const shownHost = (server: ServerContext, hostId: HostId): E.Either<ApiError, { host: HostView }> => {
  const { service, sessions, reactor } = server
  const host = largeMapGet(service.state.hosts, hostId)
  if (host === undefined) return E.left(notFound('host', hostId))
  return E.right({
    host: viewHost(service.state, host, { memory: reactor.memory, presence: sessions.presence.of(hostId) }),
  })
}
