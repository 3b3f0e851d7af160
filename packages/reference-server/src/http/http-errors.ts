import type { ApiError } from './api-error.js'

export const noSuchRoute: ApiError = {
  status: 404,
  code: 'no-such-route',
  message: 'There is nothing here. /api/v1/openapi.json lists what there is.',
}

/** What Fastify throws at input that it can't read. The thrown texts quote the input, so they are not handed on. */
const known: Readonly<Record<string, ApiError>> = {
  FST_ERR_BAD_URL: {
    status: 400,
    code: 'url-malformed',
    message: 'The URL can not be read. Percent-encode what is no letter, digit or -._~ (RFC 3986).',
  },
  FST_ERR_MAX_PARAM_LENGTH: {
    status: 414,
    code: 'url-too-long',
    message: 'A part of the URL is too long to be an id. List what there is to find the right one.',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, code: 'body-too-large', message: 'The body is too large.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'unsupported-media-type',
    message: 'Send JSON, with Content-Type: application/json.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: 'body-incomplete',
    message: 'The body is not as long as its Content-Length says.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    status: 400,
    code: 'malformed-json',
    message: 'The body is empty; JSON was announced.',
  },
  'too-many-calls': {
    status: 429,
    code: 'too-many-calls',
    message: 'Too many calls came from this address. Wait a minute.',
  },
}

const malformedJson: ApiError = { status: 400, code: 'malformed-json', message: 'The body is not JSON.' }
const badRequest: ApiError = { status: 400, code: 'bad-request', message: 'The request can not be read.' }
const internal: ApiError = {
  status: 500,
  code: 'internal-error',
  message: 'The server failed at this. Its log has the details.',
}

/** The answer to whatever was thrown while a request was handled. */
export const errorOfThrown = (thrown: unknown): ApiError => {
  if (typeof thrown !== 'object' || thrown === null) return internal
  const { code, statusCode } = thrown as { readonly code?: unknown; readonly statusCode?: unknown }
  if (typeof code === 'string' && Object.hasOwn(known, code)) return known[code] ?? internal
  if (typeof statusCode !== 'number' || statusCode >= 500 || statusCode < 400) return internal
  if (thrown instanceof SyntaxError || code === 'FST_ERR_CTP_INVALID_JSON_BODY') return malformedJson
  return { ...badRequest, status: statusCode }
}
