import { type Route, rawRoute } from '../route.js'
import { statusPage } from '../status-page.js'

/** The status page, from files beside the program. It knows nothing by itself: its script asks for the token and calls the API. */
export const pageRoutes = (): readonly Route[] =>
  statusPage().map(({ path, mediaType, text }) =>
    rawRoute({
      method: 'GET',
      path,
      access: 'page',
      summary: 'The status page',
      produces: mediaType,
      handle: async (_request, reply) =>
        reply
          .headers({
            'content-security-policy': POLICY,
            'cross-origin-opener-policy': 'same-origin',
            'cross-origin-resource-policy': 'same-origin',
            'x-frame-options': 'DENY',
          })
          .type(mediaType)
          .send(text),
    }),
  )

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
