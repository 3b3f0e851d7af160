import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { decodeWith } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { reasonOf } from '../state/atomic-file.js'
import {
  CONTROL_SOCKET,
  type ControlAnswer,
  type ControlRequest,
  controlRequestCodec,
  LONGEST_REQUEST,
} from './control-protocol.js'

/** Carries out what was asked; a rejection is answered as a failure. */
export type ControlHandler = (request: ControlRequest) => Promise<unknown>

/**
 * Listens in the working directory, which is the state folder: nobody but its owner gets there. What an agent that was killed left
 * behind is replaced; the lock says that there is no other.
 */
export async function serveControl(handler: ControlHandler): Promise<{ readonly close: () => void }> {
  rmSync(CONTROL_SOCKET, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    answerOn(socket, handler)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(CONTROL_SOCKET, resolve)
  })
  server.on('error', () => {})
  chmodSync(CONTROL_SOCKET, 0o600)
  return {
    close: () => {
      server.close()
      for (const socket of sockets) socket.end()
      server.unref()
    },
  }
}

function answerOn(socket: Socket, handler: ControlHandler): void {
  let text = ''
  let isAnswered = false
  const answer = (answered: ControlAnswer) => socket.end(`${JSON.stringify(answered)}\n`)
  socket.setEncoding('utf8')
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: string) => {
    if (isAnswered) return
    text += chunk
    const end = text.indexOf('\n')
    if (end === -1 && text.length <= LONGEST_REQUEST) return
    isAnswered = true
    const request = readRequest(text.slice(0, Math.max(end, 0)))
    if (E.isLeft(request)) {
      answer({ ok: false, message: request.left })
      return
    }
    handler(request.right).then(
      (value) => answer({ ok: true, value }),
      (error) => answer({ ok: false, message: reasonOf(error) }),
    )
  })
}

function readRequest(line: string): E.Either<string, ControlRequest> {
  try {
    const decoded = decodeWith(controlRequestCodec, JSON.parse(line))
    return E.isLeft(decoded) ? E.left(decoded.left.message) : decoded
  } catch {
    return E.left('the request is no JSON')
  }
}
