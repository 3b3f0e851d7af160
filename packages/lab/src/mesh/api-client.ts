import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** The server refused a request. */
export class ApiRefused extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
    what: string,
  ) {
    super(`${what}: ${status} ${body}`)
    this.name = 'ApiRefused'
  }
}

/** Where a server listens. Its unix socket is reached from every network namespace. */
export type ApiAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number }

/** The server's HTTP API, as the administrator. */
export class ApiClient {
  constructor(
    readonly address: ApiAddress,
    readonly token: string,
  ) {}

  get<A>(path: string): Promise<A> {
    return this.#send('GET', path)
  }

  post<A>(path: string, body: unknown): Promise<A> {
    return this.#send('POST', path, body)
  }

  patch<A>(path: string, body: unknown): Promise<A> {
    return this.#send('PATCH', path, body)
  }

  async #send<A>(method: string, path: string, body?: unknown): Promise<A> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' }
      const asked = request({ ...this.address, method, path, headers, timeout: 10_000 }, resolve)
      asked.once('error', reject).once('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer`)))
      asked.end(body === undefined ? undefined : JSON.stringify(body))
    })
    const answer = await text(response)
    const status = response.statusCode ?? 0
    if (status >= 300) throw new ApiRefused(status, answer, `${method} ${path}`)
    return (answer === '' ? undefined : JSON.parse(answer)) as A
  }
}
