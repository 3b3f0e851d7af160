import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import * as E from 'fp-ts/lib/Either.js'
import type { HttpFailure, PostJson } from './enroll-host.js'

const TIMEOUT_MS = 15_000
const LONGEST_ANSWER = 256 * 1024
const LONGEST_MESSAGE = 1000

/** The scheme and host of a server's URL, with the path under which its API begins, if any. */
export function parseServerUrl(text: string): E.Either<string, URL> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return E.left("a server's URL is written https://mesh.example.com or http://192.0.2.1:7400")
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return E.left("a server's URL has no user, password, query or fragment")
  }
  return E.right(url)
}

/** The WebSocket URL of a path on the same server. */
export function agentUrlOf(serverUrl: URL, agentUrlPath: string): string {
  const url = under(serverUrl, agentUrlPath)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}

/** Speaks to one server. `ca`: certificates in PEM to trust instead of those that Node brings along. */
export function createPostJson(serverUrl: URL, ca: string | null): PostJson {
  return async (path, body) => {
    const answer = await exchange(under(serverUrl, path), JSON.stringify(body), ca)
    return E.isLeft(answer) ? answer : readAnswer(answer.right)
  }
}

interface Answer {
  readonly status: number
  readonly text: string
}

function exchange(url: URL, body: string, ca: string | null): Promise<E.Either<HttpFailure, Answer>> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve) => {
    const unreachable = (reason: string) => resolve(E.left({ code: 'server-unreachable', reason: oneLine(reason) }))
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const options = { method: 'POST', headers, timeout: TIMEOUT_MS, agent: false, ...(ca === null ? {} : { ca }) }
    try {
      const asked = send(url, options, (response) => collect(response, resolve, unreachable))
      asked.once('error', (error: NodeJS.ErrnoException) => unreachable(error.message || (error.code ?? 'no answer')))
      asked.once('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
      asked.end(body)
    } catch (error) {
      // Node refuses at once what it can't even try, such as certificates that are none.
      unreachable(error instanceof Error ? error.message : 'the request could not be made')
    }
  })
}

function collect(
  response: IncomingMessage,
  resolve: (answer: E.Either<HttpFailure, Answer>) => void,
  unreachable: (reason: string) => void,
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    chunks.push(chunk)
    if (bytes <= LONGEST_ANSWER) return
    resolve(E.left({ code: 'server-answer-unreadable', reason: `it has more than ${LONGEST_ANSWER} bytes` }))
    response.destroy()
  })
  response.once('error', (error) => unreachable(error.message))
  response.once('aborted', () => unreachable('the answer was cut off'))
  response.once('end', () =>
    resolve(E.right({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') })),
  )
}

function readAnswer({ status, text }: Answer): E.Either<HttpFailure, unknown> {
  const json = parseJson(text)
  if (status >= 200 && status < 300) {
    return json === undefined ? E.left({ code: 'server-answer-unreadable', reason: 'it is no JSON' }) : E.right(json)
  }
  if (status >= 300 && status < 400) {
    return E.left({
      code: 'server-answer-unreadable',
      reason: `it redirects (HTTP ${status}); give the URL it leads to`,
    })
  }
  const { code, message } = refusalIn(json)
  return E.left({ code: 'server-refused', status, refusal: code, message })
}

/** A server's refusal is `{ error: { code, message } }`; whatever stands in between may answer anything. */
function refusalIn(json: unknown): { readonly code: string; readonly message: string } {
  const error = isRecord(json) && isRecord(json.error) ? json.error : {}
  const text = (value: unknown) => (typeof value === 'string' ? oneLine(value) : '')
  return { code: text(error.code), message: text(error.message) }
}

function under(serverUrl: URL, path: string): URL {
  const url = new URL(serverUrl)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`
  return url
}

function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, LONGEST_MESSAGE)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRecord = (u: unknown): u is Record<string, unknown> => typeof u === 'object' && u !== null
