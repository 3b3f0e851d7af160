import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { describe } from '../../api/json-schema.js'
import { type MeshView, meshAnswer, updateMeshBody, viewMesh } from '../../api/mesh-api.js'
import { meshNotReady } from '../../enrollment/enrollment-errors.js'
import type { ApiError } from '../api-error.js'
import { changeRoute } from '../change-route.js'
import { jsonRoute, type Route } from '../route.js'
import type { ServerContext } from '../server-context.js'
import { given } from './network-routes.js'

const healthAnswer = t.readonly(t.strict({ status: t.string }))

export const meshRoutes = (server: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'GET',
    path: '/api/v1/mesh',
    access: 'admin',
    summary: 'The mesh as a whole',
    answer: meshAnswer,
    handle: () => shownMesh(server),
  }),
  changeRoute(server, {
    method: 'PATCH',
    path: '/api/v1/mesh',
    access: 'admin',
    summary: 'Change what holds for the whole mesh; what is left out stays',
    body: updateMeshBody,
    answer: meshAnswer,
    change: ({ body }) =>
      E.right({ command: { type: 'UpdateMeshSettings', ...given(body) }, shown: () => shownMesh(server) }),
  }),
  changeRoute(server, {
    method: 'POST',
    path: '/api/v1/mesh/raise-epoch',
    access: 'admin',
    summary: 'After an old copy of the event log was restored: agents take the older revision',
    answer: meshAnswer,
    change: () => E.right({ command: { type: 'RaiseMeshEpoch' }, shown: () => shownMesh(server) }),
  }),
]

/** For supervisors and load balancers. */
export const healthRoutes = ({ service }: ServerContext): readonly Route[] => [
  jsonRoute({
    method: 'GET',
    path: '/api/v1/healthz',
    access: 'open',
    summary: 'The process is alive',
    answer: describe(healthAnswer, {
      type: 'object',
      properties: { status: { const: 'alive' } },
      required: ['status'],
    }),
    handle: () => E.right({ status: 'alive' }),
  }),
  jsonRoute({
    method: 'GET',
    path: '/api/v1/readyz',
    access: 'open',
    summary: 'The server can do its work',
    answer: healthAnswer,
    handle: () => {
      if (service.health.state === 'working') return E.right({ status: 'ready' })
      const message = 'The event log can not be read. The log of the server has the details.'
      return E.left({ status: 503, code: 'not-ready', message })
    },
  }),
]

const shownMesh = (server: ServerContext): E.Either<ApiError, { mesh: MeshView }> => {
  const { service, sessions, identityFingerprint, publicUrl } = server
  const mesh = viewMesh(service.state, {
    online: sessions.size,
    diverged: sessions.presence.diverged(),
    serverFingerprint: identityFingerprint,
    publicUrl: publicUrl(),
  })
  return mesh === undefined ? E.left(meshNotReady) : E.right({ mesh })
}
