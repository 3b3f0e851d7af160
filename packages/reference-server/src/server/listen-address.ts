import { isIP } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'

/** Where a server listens. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** What the system takes, in bytes. */
const LONGEST_PATH = process.platform === 'darwin' ? 103 : 107

/** Reads `127.0.0.1:7400`, `[::1]:7400` or `unix:/run/meshfold.sock`; port 0: a free one. The left says what is wrong. */
export const parseListenAddress = (text: string): E.Either<string, ListenAddress> => {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length)
    if (path === '' || Buffer.byteLength(path) > LONGEST_PATH)
      return E.left(`a unix socket has a path of 1 to ${LONGEST_PATH} bytes`)
    return E.right({ kind: 'unix', path })
  }
  const [, bracketed, plain, portText = ''] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain ?? ''
  const port = Number(portText)
  const isRight = (bracketed === undefined ? isIP(host) === 4 : isIP(host) === 6) && port <= 65_535 && portText !== ''
  if (isRight) return E.right({ kind: 'tcp', host, port })
  return E.left('give an IP address and a port, such as 127.0.0.1:7400 or [::1]:7400, or unix:PATH')
}

/** Whether only this machine can reach it. */
export const isLocal = (address: ListenAddress): boolean =>
  address.kind === 'unix' || address.host.startsWith('127.') || address.host === '::1'

/** How a program of this machine calls it. */
export const urlOf = (address: ListenAddress, isTls: boolean): string => {
  if (address.kind === 'unix') return `unix:${address.path}`
  const host = address.host === '0.0.0.0' ? '127.0.0.1' : address.host === '::' ? '::1' : address.host
  return `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`
}
