import { openApiOf } from './openapi.js'
import { type Route, rawRoute } from './route.js'
import { clientRoutes } from './routes/client-routes.js'
import { commandRoutes } from './routes/command-routes.js'
import { enrollmentKeyRoutes } from './routes/enrollment-key-routes.js'
import { enrollmentRoutes } from './routes/enrollment-routes.js'
import { eventRoutes } from './routes/event-routes.js'
import { explainRoutes } from './routes/explain-routes.js'
import { historyRoutes } from './routes/history-routes.js'
import { hostRoutes } from './routes/host-routes.js'
import { healthRoutes, meshRoutes } from './routes/mesh-routes.js'
import { networkRoutes } from './routes/network-routes.js'
import { nodeRoutes } from './routes/node-routes.js'
import { pageRoutes } from './routes/page-routes.js'
import { policyTestRoutes } from './routes/policy-test-routes.js'
import type { ServerContext } from './server-context.js'

/** Every route there is. */
export const allRoutes = (
  server: ServerContext,
  { version, page }: { readonly version: string; readonly page: boolean },
): readonly Route[] => {
  const routes: readonly Route[] = [
    ...healthRoutes(server),
    ...enrollmentRoutes(server),
    ...meshRoutes(server),
    ...networkRoutes(server),
    ...nodeRoutes(server),
    ...hostRoutes(server),
    ...enrollmentKeyRoutes(server),
    ...clientRoutes(server),
    ...policyTestRoutes(server),
    ...commandRoutes(server),
    ...eventRoutes(server),
    ...explainRoutes(server),
    ...historyRoutes(server),
    rawRoute({
      method: 'GET',
      path: '/api/v1/metrics',
      access: 'admin',
      summary: 'Metrics for Prometheus',
      produces: 'text/plain',
      handle: async (_request, reply) => reply.type(server.metrics.contentType).send(await server.metrics.text()),
    }),
    ...(page ? pageRoutes() : []),
    rawRoute({
      method: 'GET',
      path: '/api/v1/openapi.json',
      access: 'open',
      summary: 'This document',
      produces: 'application/json',
      handle: async (_request, reply) => reply.type('application/json').send(document),
    }),
  ]
  const document = JSON.stringify(openApiOf(routes, version))
  return routes
}
