import type { ConnectionEnd } from '@meshfold/core'

/** RFC 6455 §5.5: a close frame has room for so many bytes of reason. */
const REASON_BYTES = 123

/** RFC 6455 §7.4 where it has a code, otherwise from the private range (4000–4999). */
const CODES: Readonly<Record<ConnectionEnd['code'], number>> = {
  'closed-here': 1000,
  'closed-there': 1000,
  'connection-lost': 1000,
  'connection-refused': 1000,
  'server-stopping': 1012,
  'protocol-violated': 1002,
  'message-too-large': 1009,
  'authentication-failed': 4401,
  'heartbeat-missed': 4408,
  'replaced-by-newer-connection': 4409,
}

const ENDS: ReadonlyMap<number, ConnectionEnd['code']> = new Map([
  [1000, 'closed-there'],
  [1001, 'server-stopping'],
  [1002, 'protocol-violated'],
  [1003, 'protocol-violated'],
  // No close frame came.
  [1006, 'connection-lost'],
  [1007, 'protocol-violated'],
  [1008, 'protocol-violated'],
  [1009, 'message-too-large'],
  [1012, 'server-stopping'],
  [4401, 'authentication-failed'],
  [4408, 'heartbeat-missed'],
  [4409, 'replaced-by-newer-connection'],
])

/** How to say it to the other end. */
export function closeFrameOf(end: ConnectionEnd): { readonly code: number; readonly reason: string } {
  return { code: CODES[end.code], reason: printable(end.detail) }
}

/** What the other end, or its absence, said. The reason may come from anybody. */
export function endOfCloseFrame(code: number, reason: Buffer): ConnectionEnd {
  const detail = printable(reason.toString('utf8'))
  return { code: ENDS.get(code) ?? 'closed-there', detail: detail === '' ? `WebSocket close code ${code}` : detail }
}

/** What Node adds to an error of a socket; several attempts at several addresses are one error with many. */
type SocketError = Error & {
  readonly code?: string
  readonly address?: string
  readonly errors?: readonly { readonly address?: string }[]
}

/** What an `error` event of a WebSocket, or of the attempt to open one, means for the connection. */
export function endOfError(error: SocketError): ConnectionEnd {
  const { code = '', message } = error
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return { code: 'message-too-large', detail: 'a frame is too large' }
  if (code.startsWith('WS_ERR_')) return { code: 'protocol-violated', detail: printable(`${code}: ${message}`) }
  if (isCertificateError(code)) {
    return { code: 'authentication-failed', detail: `the server's certificate is not trusted (${printable(code)})` }
  }
  const isRefused = code === 'ECONNREFUSED' || OTHER_ANSWER.test(message)
  const detail = printable(message === '' ? code : message)
  if (!isRefused) return { code: 'connection-lost', detail }
  const address = error.address ?? error.errors?.[0]?.address
  return { code: 'connection-refused', detail, ...(address !== undefined && { address }) }
}

/** What `ws` says when an HTTP server is there and opens no WebSocket: a proxy, whose server is away. */
const OTHER_ANSWER = /^Unexpected server response: \d+$/

/** Node gives OpenSSL's names of what is wrong with a certificate (`X509_V_ERR_*`) as codes, and one of its own. */
function isCertificateError(code: string): boolean {
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' || /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|CRL_/.test(code)
}

function printable(text: string): string {
  const visible = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  let short = visible.slice(0, REASON_BYTES)
  while (Buffer.byteLength(short) > REASON_BYTES) short = short.slice(0, -1)
  return short
}
