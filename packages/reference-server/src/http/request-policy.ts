/**
 * Who may call at all. A page of another site can make its visitor's browser call this server, even under the other site's name
 * (DNS rebinding). It could do nothing: there are no cookies, and it doesn't have the token. It is turned away all the same:
 * by the `Host` it calls us by, and by its `Origin`.
 */
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { ApiError } from './api-error.js'

/** Names under which this server may be called, besides IP addresses and `localhost`; in lower case. */
export type AllowedNames = ReadonlySet<string>

/** Why a call is turned away; `undefined`: it may go on. */
export const originProblem = (request: FastifyRequest): ApiError | undefined => {
  const { origin, host } = request.headers
  if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return undefined
  return { status: 403, code: 'origin-refused', message: 'Pages of other sites may not call this server.' }
}

/** A name in `Host` that isn't ours may be another site's that points here. An IP address can't be. */
export const hostProblem = (request: FastifyRequest, allowed: AllowedNames): ApiError | undefined => {
  if (request.socket.remoteAddress === undefined) return undefined
  const name = hostNameOf(request.headers.host)
  if (name !== undefined && (isIP(name) !== 0 || name === 'localhost' || allowed.has(name))) return undefined
  const message =
    'This server is not known under that name. Call it by its IP address, or start it with --public-url or --allow-host and the name.'
  return { status: 421, code: 'host-refused', message }
}

/** Without the port, and without the brackets of an IPv6 address. */
const hostNameOf = (host: string | undefined): string | undefined => {
  const [, bracketed, plain] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(host ?? '') ?? []
  return (bracketed ?? plain)?.toLowerCase()
}
