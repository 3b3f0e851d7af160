import type { ConnectionEnd, FrameWire, Timers } from '@meshfold/core'
import { FRAME_OVERHEAD, PIECE_LENGTH } from '@meshfold/core'
import { WebSocket } from 'ws'
import { closeFrameOf, endOfCloseFrame, endOfError } from './close-codes.js'

/** The largest WebSocket message of either end: a piece in UTF-8, at worst three bytes per UTF-16 unit, and what is around it. */
export const MAX_PAYLOAD_BYTES = 3 * PIECE_LENGTH + FRAME_OVERHEAD + 1

/** How long the other end has to answer a close frame before the connection is torn down. */
const CLOSE_GRACE_MS = 1000

/** A WebSocket as the medium of a connection. */
export interface SocketWire extends FrameWire {
  /** Resolves when nothing of the socket is left. */
  readonly closed: Promise<void>
}

export interface SocketEvents {
  readonly onText: (text: string) => void
  /** Once, unless this end closed first. */
  readonly onEnd: (end: ConnectionEnd) => void
}

/** Takes over the socket, whatever it does from now on; it may still be connecting. */
export function wireOfSocket(socket: WebSocket, timers: Timers, events: SocketEvents): SocketWire {
  let hasEnded = false
  let cancelTeardown = () => {}
  const tearDownSoon = () => {
    cancelTeardown()
    cancelTeardown = timers.after(CLOSE_GRACE_MS, () => socket.terminate())
  }
  const close = (end: ConnectionEnd) => {
    hasEnded = true
    const { code, reason } = closeFrameOf(end)
    socket.close(code, reason)
    tearDownSoon()
  }
  const endFromThere = (end: ConnectionEnd) => {
    if (hasEnded) return
    hasEnded = true
    events.onEnd(end)
  }
  socket.on('message', (data: Buffer, isBinary) => {
    if (hasEnded) return
    if (isBinary) {
      const end: ConnectionEnd = { code: 'protocol-violated', detail: 'a binary message' }
      close(end)
      events.onEnd(end)
    } else {
      events.onText(data.toString('utf8'))
    }
  })
  socket.on('ping', () => {
    // `ws` breaks off without an error where pings come faster than its answers leave.
    if (socket.readyState !== WebSocket.OPEN)
      endFromThere({ code: 'protocol-violated', detail: 'too many pings at once' })
  })
  socket.on('error', (error) => {
    endFromThere(endOfError(error))
    tearDownSoon()
  })
  const closed = new Promise<void>((resolve) => {
    socket.once('close', (code, reason) => {
      cancelTeardown()
      endFromThere(endOfCloseFrame(code, reason))
      resolve()
    })
  })
  const send: FrameWire['send'] = (frame, onTaken) => {
    if (socket.readyState !== WebSocket.OPEN) return
    socket.send(frame, (error) => {
      // After an error the socket's end is on its way.
      if (error === undefined || error === null) onTaken()
    })
  }
  return { send, close, closed }
}
