import { createConnection } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'
import { reasonOf } from '../state/atomic-file.js'
import { CONTROL_SOCKET, type ControlAnswer, type ControlRequest } from './control-protocol.js'

/** Why a running agent gave no answer. */
export type ControlFailure =
  /** No agent runs in this folder. */
  | { readonly code: 'agent-not-running' }
  | { readonly code: 'agent-silent'; readonly reason: string }
  /** It answered that it could not. */
  | { readonly code: 'agent-refused'; readonly reason: string }

const TIMEOUT_MS = 30_000

/** Asks the agent that runs in the working directory, which is its state folder. */
export function askAgent(request: ControlRequest): Promise<E.Either<ControlFailure, unknown>> {
  return new Promise((resolve) => {
    let text = ''
    const silent = (reason: string) => resolve(E.left({ code: 'agent-silent', reason }))
    const socket = createConnection(CONTROL_SOCKET)
    socket.setEncoding('utf8')
    socket.setTimeout(TIMEOUT_MS, () => {
      silent(`no answer within ${TIMEOUT_MS / 1000} s`)
      socket.destroy()
    })
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`))
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const isAbsent = error.code === 'ENOENT' || error.code === 'ECONNREFUSED'
      if (isAbsent) resolve(E.left({ code: 'agent-not-running' }))
      else silent(error.message)
    })
    socket.once('end', () => resolve(readAnswer(text)))
  })
}

function readAnswer(text: string): E.Either<ControlFailure, unknown> {
  try {
    const answer = JSON.parse(text) as ControlAnswer
    return answer.ok ? E.right(answer.value) : E.left({ code: 'agent-refused', reason: answer.message })
  } catch (error) {
    return E.left({ code: 'agent-silent', reason: `its answer can't be read: ${reasonOf(error)}` })
  }
}
