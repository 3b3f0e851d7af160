import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { constants } from 'node:os'
import type { HostDriverError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { PORT_IN_USE, SET_IS_NOT_ATOMIC, STALE_SOCKET_ERRORS } from './linux-pitfalls.js'

/** WireGuard's cross-platform configuration protocol (`wireguard.com/xplatform`) over the socket of one userspace interface. */
export interface UserspaceSocket {
  readonly path: string
  /** Whether there is a socket, be it stale: the sign by which `wg` too takes an interface for a userspace one. */
  isPresent(): boolean
  /** Everything about the device as `key=value` lines, the private key among them. `undefined`: nobody listens there. */
  get(): Promise<E.Either<HostDriverError, readonly string[] | undefined>>
  /** Writes `key=value` lines; `action` names the deed in errors. Not atomic. */
  set(lines: readonly string[], action: string): Promise<E.Either<HostDriverError, 'written' | 'nobody-there'>>
  /** Removes the file, when a process died without doing so; none there is fine. */
  remove(action: string): Promise<E.Either<HostDriverError, void>>
}

/** Settings of {@link openUserspaceSocket}. */
export interface UserspaceSocketOptions {
  readonly folder: string
  readonly interfaceName: string
  /** 10,000 where left out. */
  readonly timeoutMs?: number
  /** 128 MiB where left out: 10,000 peers are 3.3 MB. */
  readonly answerLimitBytes?: number
}

type Exchange =
  | { readonly kind: 'answered'; readonly lines: readonly string[]; readonly errno: number }
  | { readonly kind: 'nobody-there' }
  | { readonly kind: 'failed'; readonly error: 'denied' | 'unreadable' | 'refused'; readonly reason: string }

/** One connection a call: the process behind the socket may have been replaced since the last. */
export function openUserspaceSocket(options: UserspaceSocketOptions): UserspaceSocket {
  const path = `${options.folder}/${options.interfaceName}.sock`
  const limits = { timeoutMs: options.timeoutMs ?? 10_000, limitBytes: options.answerLimitBytes ?? 128 * 1024 * 1024 }
  return {
    path,
    isPresent: () => existsSync(path),
    async get() {
      const answer = await exchange(path, 'get=1\n\n', limits)
      if (answer.kind === 'nobody-there') return E.right(undefined)
      if (answer.kind === 'failed') return E.left(errorOf(answer, 'observe'))
      return answer.errno === 0 ? E.right(answer.lines) : E.left(errnoError(answer.errno, 'observe'))
    },
    async set(lines, action) {
      const answer = await exchange(path, `set=1\n${lines.join('\n')}\n\n`, limits)
      if (answer.kind === 'failed') return E.left(errorOf(answer, action))
      if (answer.kind === 'nobody-there') return E.right('nobody-there')
      return answer.errno === 0 ? E.right('written') : E.left(errnoError(answer.errno, action))
    },
    async remove(action) {
      try {
        await rm(path, { force: true })
        return E.right(undefined)
      } catch (error) {
        const reason = error instanceof Error ? error.message : `${path} can't be removed`
        return E.left({ code: 'host-refused', action, reason })
      }
    },
  }
}

interface ExchangeLimits {
  readonly timeoutMs: number
  readonly limitBytes: number
}

function exchange(path: string, request: string, { timeoutMs, limitBytes }: ExchangeLimits): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const chunks: Buffer[] = []
    let bytes = 0
    const finish = (result: Exchange) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(result)
    }
    const fail = (error: 'denied' | 'unreadable' | 'refused', reason: string) =>
      finish({ kind: 'failed', error, reason })
    const timer = setTimeout(() => fail('refused', `no answer on ${path} within ${timeoutMs} ms`), timeoutMs)
    socket.on('connect', () => socket.write(request))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (STALE_SOCKET_ERRORS.has(error.code ?? '')) return finish({ kind: 'nobody-there' })
      return fail(error.code === 'EACCES' || error.code === 'EPERM' ? 'denied' : 'refused', error.message)
    })
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > limitBytes) fail('unreadable', `an answer of over ${limitBytes} bytes`)
      else if (chunk.at(-1) === LINE_END) finishWhenComplete()
    })
    const finishWhenComplete = () => {
      const answer = readAnswer(Buffer.concat(chunks.splice(0, chunks.length)), chunks)
      if (answer !== undefined) finish(answer)
    }
    socket.on('end', () => fail('unreadable', 'the answer breaks off'))
  })
}

const LINE_END = '\n'.charCodeAt(0)
const END_OF_ANSWER = /(?:^|\n)errno=(-?[0-9]{1,5})\n\n$/

/** An answer is complete with its `errno` line and an empty one; until then what came is put back. */
function readAnswer(received: Buffer, putBack: Buffer[]): Exchange | undefined {
  const end = END_OF_ANSWER.exec(received.toString('latin1', Math.max(0, received.length - 32)))
  if (end === null) {
    putBack.push(received)
    return undefined
  }
  const lines = received.toString('latin1').split('\n').slice(0, -3)
  return { kind: 'answered', lines, errno: Math.abs(Number(end[1])) }
}

function errorOf(failure: Extract<Exchange, { kind: 'failed' }>, action: string): HostDriverError {
  const { error, reason } = failure
  if (error === 'unreadable') return { code: 'host-answer-unreadable', action, reason }
  return { code: error === 'denied' ? 'host-permission-denied' : 'host-refused', action, reason }
}

function errnoError(errno: number, action: string): HostDriverError {
  const { EPERM, EACCES, EADDRINUSE } = constants.errno
  const name = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`
  if (errno === EPERM || errno === EACCES) return { code: 'host-permission-denied', action, reason: name }
  const meaning = errno === EADDRINUSE ? `${name}, ${PORT_IN_USE}` : name
  return { code: 'host-refused', action, reason: `userspace WireGuard answered ${meaning}; ${SET_IS_NOT_ATOMIC}` }
}
