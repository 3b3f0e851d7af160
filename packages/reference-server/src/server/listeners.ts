/** Sockets for one app: requests and upgrades of all of them end up at the same place. */
import { chmod, lstat, unlink } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'
import { ignoreMissing } from '../secrets/whole-files.js'
import type { StartError } from './data-folder.js'
import { type ListenAddress, urlOf } from './listen-address.js'

export interface ListenersOptions {
  readonly addresses: readonly ListenAddress[]
  /** PEM; for all TCP listeners. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined
  /** Listens nowhere itself; gets every request and upgrade as its own. */
  readonly hub: Server
}

export interface Listeners {
  readonly urls: readonly string[]
  /** Takes no more connections; those that are open stay until `end`. */
  readonly stop: () => void
  /** Ends what is still open. */
  readonly end: () => Promise<void>
}

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const MOST_HEADERS = 64

export const openListeners = async (options: ListenersOptions): Promise<E.Either<StartError, Listeners>> => {
  const servers: Server[] = []
  const urls: string[] = []
  for (const address of options.addresses) {
    const opened = await listen(options, address)
    if (E.isLeft(opened)) {
      for (const server of servers) server.close()
      return opened
    }
    servers.push(opened.right.server)
    urls.push(opened.right.url)
  }
  return E.right({
    urls,
    stop: () => {
      for (const server of servers) server.close()
      for (const server of servers) server.closeIdleConnections()
    },
    end: async () => {
      for (const server of servers) server.closeAllConnections()
      await Promise.all(servers.map(closed))
    },
  })
}

const listen = async (
  { tls, hub }: ListenersOptions,
  address: ListenAddress,
): Promise<E.Either<StartError, { readonly server: Server; readonly url: string }>> => {
  const isTls = tls !== undefined && address.kind === 'tcp'
  try {
    const server: Server = isTls ? createTlsServer({ ...tls, minVersion: 'TLSv1.2' }) : createServer()
    server.headersTimeout = HEADERS_TIMEOUT_MS
    server.requestTimeout = REQUEST_TIMEOUT_MS
    server.maxHeadersCount = MOST_HEADERS
    server.on('request', (request, response) => hub.emit('request', request, response))
    server.on('upgrade', (request, socket, head) => {
      if (!hub.emit('upgrade', request, socket, head)) socket.destroy()
    })
    if (address.kind === 'unix') await removeDeadSocket(address.path)
    await opened(server, address)
    if (address.kind === 'unix') await chmod(address.path, 0o600)
    const bound = server.address()
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0
    return E.right({ server, url: urlOf(address.kind === 'tcp' ? { ...address, port } : address, isTls) })
  } catch (thrown) {
    const message = `Can't listen on ${urlOf(address, isTls)}: ${thrown instanceof Error ? thrown.message : String(thrown)}. ${wayOutOf(thrown)}, or give another --listen.`
    return E.left({ code: 'listen-failed', message })
  }
}

/** Stopping another program helps where there is one. */
const wayOutOf = (thrown: unknown): string => {
  const { code } = thrown as NodeJS.ErrnoException
  if (code === 'EADDRNOTAVAIL') return 'Give an address that this machine has (0.0.0.0: all of them)'
  if (code === 'EACCES') return 'Give a port above 1023, or a path that this user may write'
  return 'Stop what listens there'
}

const opened = (server: Server, address: ListenAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    const done = () => {
      server.off('error', reject)
      resolve()
    }
    if (address.kind === 'unix') server.listen(address.path, done)
    else server.listen({ host: address.host, port: address.port, backlog: 1024 }, done)
  })

/** A server that was killed leaves its socket behind. One that lives keeps it, and so does a file that is no socket. */
const removeDeadSocket = async (path: string): Promise<void> => {
  const stats = await lstat(path).catch(ignoreMissing)
  if (stats === undefined) return
  if (!stats.isSocket()) throw new Error('there is a file that is no socket')
  if (await answers(path)) throw new Error('somebody listens on this socket')
  await unlink(path).catch(ignoreMissing)
}

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'))
  })

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    if (server.listening) server.close(() => resolve())
    else server.getConnections((_error, count) => (count === 0 ? resolve() : server.once('close', () => resolve())))
  })
