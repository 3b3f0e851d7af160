import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AdminTokenCheck } from '../secrets/admin-token.js'
import { TokenBucket } from '../token-bucket.js'
import type { ApiError } from './api-error.js'

/** Wrong tokens that an address may show at once, and how fast that allowance grows again. */
const WRONG_BURST = 10
const WRONG_PER_SECOND = 0.2
const REMEMBERED_ADDRESSES = 4096

const tokenMissing: ApiError = {
  status: 401,
  code: 'token-missing',
  message:
    'This needs the admin token: Authorization: Bearer mft_… (MESHFOLD_TOKEN or meshfold login for the command line).',
}

const tokenWrong: ApiError = {
  status: 401,
  code: 'token-wrong',
  message: 'This is not the admin token. If it is lost: meshfold token rotate --data DIR, on the server.',
}

const tooMany: ApiError = {
  status: 429,
  code: 'too-many-wrong-tokens',
  message: 'Too many wrong tokens came from this address. Wait a minute, or show the right one.',
}

/** Lets calls with the admin token through. The right token always passes, however many wrong ones came before. */
export class Authoriser {
  readonly #tokens: AdminTokenCheck
  readonly #monotonicMs: () => number
  readonly #wrong = new Map<string, TokenBucket>()

  constructor(tokens: AdminTokenCheck, monotonicMs: () => number) {
    this.#tokens = tokens
    this.#monotonicMs = monotonicMs
  }

  /** Why the call may not go on. */
  async problem(request: FastifyRequest, reply: FastifyReply): Promise<ApiError | undefined> {
    const token = bearerOf(request.headers.authorization)
    if (token !== undefined && (await this.#tokens.isValid(token))) return undefined
    void reply.header('www-authenticate', 'Bearer realm="meshfold"')
    if (token === undefined) return tokenMissing
    return this.#mayTryAgain(request.socket.remoteAddress ?? 'unix') ? tokenWrong : tooMany
  }

  #mayTryAgain(address: string): boolean {
    const nowMs = this.#monotonicMs()
    const bucket = this.#wrong.get(address) ?? new TokenBucket(WRONG_BURST, WRONG_PER_SECOND, nowMs)
    this.#wrong.delete(address)
    this.#wrong.set(address, bucket)
    const oldest = this.#wrong.keys().next()
    if (this.#wrong.size > REMEMBERED_ADDRESSES && oldest.done !== true) this.#wrong.delete(oldest.value)
    return bucket.take(nowMs)
  }
}

const bearerOf = (header: string | undefined): string | undefined =>
  /^Bearer ([\w.~+/=-]{1,200})$/i.exec(header ?? '')?.[1]
