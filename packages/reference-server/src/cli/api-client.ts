/** Calls a server's HTTP API, over TCP, TLS or a unix socket, and decodes what it answers. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { decodeWith } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { errorAnswer } from '../api/error-api.js'
import { type CliError, refused, unreachable, usage } from './cli-error.js'
import { unreachableHint, withoutAdviceOfNode } from './unreachable-hint.js'

export interface ApiTarget {
  /** `http://…`, `https://…` or `unix:/path`. */
  readonly url: string
  readonly token: string | undefined
  /** PEM of the certificates to trust instead of the usual ones. */
  readonly ca: string | undefined
}

export interface ApiCall<A> {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/api/v1`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly reason?: string | undefined
  readonly idempotencyKey?: string | undefined
  readonly answer: t.Decoder<unknown, A>
}

const TIMEOUT_MS = 30_000
const MOST_CHARACTERS = 256 * 1024 * 1024

export class ApiClient {
  readonly target: ApiTarget

  constructor(target: ApiTarget) {
    this.target = target
  }

  /** The decoded answer; a refusal is thrown with the server's own words. */
  async call<A>(call: ApiCall<A>): Promise<A> {
    const response = await this.#send(call, TIMEOUT_MS)
    const text = await readAll(response)
    const json = E.tryCatch(
      () => JSON.parse(text) as unknown,
      () => refused('answer-unreadable', `${this.target.url} does not answer as a Meshfold server. Check the URL.`),
    )
    if (E.isLeft(json)) throw json.left
    if ((response.statusCode ?? 500) >= 400) throw errorOf(json.right, this.target.url)
    const answer = decodeWith(call.answer, json.right)
    if (E.isRight(answer)) return answer.right
    throw refused(
      'answer-unreadable',
      `The server answers otherwise than this program expects (${answer.left.message}). Use the program that came with the server.`,
    )
  }

  /** Follows an answer that goes on, chunk by chunk, until it ends or `signal` is aborted. */
  async follow(path: string, signal: AbortSignal, onText: (text: string) => void): Promise<void> {
    const response = await this.#send({ path }, undefined, signal)
    if ((response.statusCode ?? 500) >= 400) throw errorOf(JSON.parse(await readAll(response)), this.target.url)
    response.setEncoding('utf8')
    try {
      for await (const text of response) onText(text as string)
    } catch (thrown) {
      if (!signal.aborted) throw unreachable(`The connection to ${this.target.url} broke: ${(thrown as Error).message}`)
    }
  }

  #send(
    call: Omit<ApiCall<unknown>, 'answer'>,
    timeoutMs: number | undefined,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const body = call.body === undefined ? undefined : JSON.stringify(call.body)
      const request = this.#open(call, body, signal)
      request.once('response', resolve)
      request.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          unreachable(
            `Can't reach a server at ${this.target.url}: ${withoutAdviceOfNode(error.message)}. ${unreachableHint(error.code, this.target.url)}`,
          ),
        ),
      )
      if (timeoutMs !== undefined)
        request.setTimeout(timeoutMs, () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
      request.end(body)
    })
  }

  #open(
    call: Omit<ApiCall<unknown>, 'answer'>,
    body: string | undefined,
    signal: AbortSignal | undefined,
  ): ClientRequest {
    const { url, token, ca } = this.target
    const path = `/api/v1${call.path}${queryText(call.query)}`
    const options = {
      method: call.method ?? 'GET',
      agent: false as const,
      ...(signal === undefined ? {} : { signal }),
      headers: {
        accept: 'application/json, text/event-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(call.reason === undefined ? {} : { 'meshfold-reason': encodeURIComponent(call.reason) }),
        ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    }
    if (url.startsWith('unix:')) return httpRequest({ ...options, socketPath: url.slice('unix:'.length), path })
    if (!URL.canParse(url)) throw usage(`"${url}" is no URL. Give http://ADDRESS:PORT, https://… or unix:/PATH.`)
    const parsed = new URL(path, url)
    if (parsed.protocol === 'https:') return httpsRequest(parsed, { ...options, ...(ca === undefined ? {} : { ca }) })
    if (parsed.protocol === 'http:') return httpRequest(parsed, options)
    throw usage(`"${url}" is no URL of a server. Give http://ADDRESS:PORT, https://… or unix:/PATH.`)
  }
}

const queryText = (query: ApiCall<unknown>['query'] = {}): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()
  return text === '' ? '' : `?${text}`
}

const readAll = async (response: IncomingMessage): Promise<string> => {
  response.setEncoding('utf8')
  let text = ''
  for await (const part of response) {
    text += part as string
    if (text.length > MOST_CHARACTERS)
      throw refused('answer-too-long', 'The server answers more than this program takes.')
  }
  return text
}

const errorOf = (json: unknown, url: string): CliError => {
  const answer = decodeWith(errorAnswer, json)
  return E.isRight(answer)
    ? refused(answer.right.error.code, answer.right.error.message)
    : refused('answer-unreadable', `${url} does not answer as a Meshfold server. Check the URL.`)
}
