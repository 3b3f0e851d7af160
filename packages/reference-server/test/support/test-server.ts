/** A whole server in this process: real SQLite in a folder of its own, real HTTP on loopback. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { startServer } from '../../src/compose.js'
import type { RunningServer, ServerOptions } from '../../src/server/server-options.js'
import type { ServerLog } from '../../src/server-log.js'

export interface TestServer {
  readonly server: RunningServer
  readonly data: string
  readonly url: string
  readonly token: string
  /** Everything the server wrote to its log. */
  readonly logged: string[]
  readonly call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
  readonly revision: () => number
  /** Stops the server; the folder stays, for another start. */
  readonly stop: () => Promise<void>
  readonly dispose: () => Promise<void>
}

export interface Answer {
  readonly status: number
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly json: any
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'meshfold-test-'))

export const startTestServer = async (
  options: Partial<ServerOptions> & { readonly token?: string } = {},
): Promise<TestServer> => {
  const data = options.data ?? (await temporaryFolder())
  const logged: string[] = []
  const started = await startServer({
    listen: [{ kind: 'tcp', host: '127.0.0.1', port: 0 }],
    ...options,
    data,
    serverLog: options.serverLog ?? recordingLog(logged),
  })
  if (E.isLeft(started)) {
    if (options.data === undefined) await rm(data, { recursive: true, force: true })
    throw new Error(started.left.message)
  }
  const server = started.right
  const url = server.urls[0] ?? ''
  const token = server.adminToken ?? options.token ?? ''
  return {
    server,
    data,
    url,
    token,
    logged,
    call: (method, path, body, headers) => callApi(url, token, method, path, body, headers),
    revision: () => server.context.service.asOf.revision,
    stop: server.stop,
    dispose: async () => {
      await server.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

export const callApi = async (
  url: string,
  token: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> => {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined }
}

const recordingLog = (logged: string[]): ServerLog => {
  const write = (facts: object, message: string) => {
    logged.push(JSON.stringify({ ...facts, message }, (_key, value) => (value instanceof Error ? value.stack : value)))
  }
  return { debug: write, info: write, warn: write, error: write }
}

/** Waits until something holds, for so long at most. */
export const until = async (holds: () => boolean | Promise<boolean>, limitMs = 5000): Promise<void> => {
  const endMs = Date.now() + limitMs
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`waited ${limitMs} ms in vain: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
