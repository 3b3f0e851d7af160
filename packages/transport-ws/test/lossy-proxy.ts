import { connect, createServer, type Server, type Socket } from 'node:net'
import { type DisturbableWire, type FrameMeddling, LossyWire, type WireFaults } from '@meshfold/core/testing'
import { listenOnLoopback, portOf } from './loopback.js'
import { FrameParser, isText, textFrame, type WebSocketFrame, writeFrame } from './websocket-frames.js'

/** What goes through a wire: the HTTP upgrade and its answer as they are, then frames. */
type Piece = Buffer | WebSocketFrame

/** Men in the middle of TCP on loopback, one for each agent, behind one port. */
export class LossyProxy {
  readonly #wires: ProxiedWire[] = []
  readonly #sockets = new Set<Socket>()
  readonly #connectToServer: () => Socket
  readonly #listener: Server

  private constructor(serverPort: number) {
    this.#connectToServer = () => this.#keep(connect({ port: serverPort, host: '127.0.0.1' }))
    this.#listener = createServer((agent) => this.#relay(this.#keep(agent)))
  }

  static async inFrontOf(serverPort: number): Promise<LossyProxy> {
    const proxy = new LossyProxy(serverPort)
    await listenOnLoopback(proxy.#listener)
    return proxy
  }

  /** A way to the server for one more agent; the query of its URL tells the agents apart. */
  addWire(path: string): { readonly url: string; readonly wire: DisturbableWire } {
    const wire = new ProxiedWire(this.#connectToServer)
    this.#wires.push(wire)
    return { url: `ws://127.0.0.1:${portOf(this.#listener)}${path}?wire=${this.#wires.length - 1}`, wire }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#listener.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #relay(agent: Socket): void {
    const parser = new FrameParser()
    let push: ((piece: Piece) => void) | undefined
    agent.on('data', (chunk) => {
      for (const piece of parser.take(chunk)) {
        push ??= this.#wires[Number(/\?wire=(\d+)/.exec(piece.toString())?.[1])]?.relay(agent)
        if (push === undefined) agent.resetAndDestroy()
        push?.(piece)
      }
    })
  }

  #keep(socket: Socket): Socket {
    socket.setNoDelay()
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
    return socket
  }
}

/** Takes the frames apart and does to them what a test asks for. */
class ProxiedWire implements DisturbableWire {
  readonly #toServer = new ProxiedDirection(true)
  readonly #toAgent = new ProxiedDirection(false)
  readonly toServer: WireFaults = this.#toServer.faults
  readonly toAgent: WireFaults = this.#toAgent.faults
  readonly #connectToServer: () => Socket
  #present: readonly Socket[] = []
  #isBlocked = false
  #said: Piece[] = []

  constructor(connectToServer: () => Socket) {
    this.#connectToServer = connectToServer
  }

  readonly cut = (): void => {
    for (const socket of this.#present) socket.resetAndDestroy()
  }

  readonly block = (): void => {
    this.#isBlocked = true
  }

  readonly unblock = (): void => {
    this.#isBlocked = false
  }

  readonly replay = (): void => {
    const socket = this.#connectToServer()
    for (const piece of this.#said) socket.write(bytesOf(piece))
    socket.resume()
  }

  /** Returns where the pieces from the agent go; `undefined` while nobody gets through. */
  relay(agent: Socket): ((piece: Piece) => void) | undefined {
    if (this.#isBlocked) return undefined
    const server = this.#connectToServer()
    this.#present = [agent, server]
    this.#said = []
    const parser = new FrameParser()
    const pushToAgent = this.#toAgent.join(server, agent)
    server.on('data', (chunk) => {
      for (const piece of parser.take(chunk)) pushToAgent(piece)
    })
    const pushToServer = this.#toServer.join(agent, server)
    return (piece) => {
      this.#said.push(piece)
      pushToServer(piece)
    }
  }
}

class ProxiedDirection {
  readonly #wire: LossyWire<Piece>
  readonly faults: WireFaults
  #isStalled = false
  #from: Socket | undefined
  #onResume: (() => void)[] = []

  constructor(isFromAgent: boolean) {
    const wire = new LossyWire(meddling(isFromAgent))
    this.#wire = wire
    const { dropNext, duplicateNext, swapNext, alterNext, forge } = wire
    const [stall, resume] = [() => this.#stall(), () => this.#resume()]
    this.faults = { stall, resume, dropNext, duplicateNext, swapNext, alterNext, forge }
  }

  join(from: Socket, to: Socket): (piece: Piece) => void {
    this.#from = from
    if (this.#isStalled) from.pause()
    to.on('drain', () => {
      if (!this.#isStalled) from.resume()
    })
    // An end is news like any other: it doesn't get through a wire that stands still.
    from.on('close', () => {
      if (this.#isStalled) this.#onResume.push(() => to.destroy())
      else to.end()
    })
    return this.#wire.attach((piece) => {
      if (!to.write(bytesOf(piece))) from.pause()
    })
  }

  /** What stands still isn't read from the sender either, so that the sender's buffers fill. */
  #stall(): void {
    this.#isStalled = true
    this.#wire.stall()
    this.#from?.pause()
  }

  #resume(): void {
    this.#isStalled = false
    this.#wire.resume()
    this.#from?.resume()
    for (const task of this.#onResume.splice(0)) task()
  }
}

function meddling(isFromAgent: boolean): FrameMeddling<Piece> {
  return {
    isTarget: (piece) => !Buffer.isBuffer(piece) && isText(piece),
    alter: (piece) => {
      if (Buffer.isBuffer(piece)) return piece
      const text = piece.payload.toString()
      return textFrame(text.slice(0, -1) + (text.endsWith('x') ? 'y' : 'x'), isFromAgent)
    },
    forge: (last) => {
      const counter = last === undefined || Buffer.isBuffer(last) ? 0 : Number.parseInt(last.payload.toString(), 10) + 1
      return textFrame(`${Number.isNaN(counter) ? 0 : counter}.${'A'.repeat(43)}.mforged`, isFromAgent)
    },
  }
}

function bytesOf(piece: Piece): Buffer {
  return Buffer.isBuffer(piece) ? piece : writeFrame(piece)
}
