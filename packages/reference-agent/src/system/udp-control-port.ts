import { createSocket, type Socket } from 'node:dgram'
import { controlPort, type IpAddress, parseIpAddress } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { ControlPort, ControlPortEvents } from '../agent/control-port.js'

/**
 * The control port of this host, on its own control address (IPv4). Probes leave from sockets of their own, each connected to one peer: only
 * there a system that nobody listens on is heard to refuse (ICMP port unreachable, RFC 1122 §4.1.3.3).
 */
export function openUdpControlPort(own: IpAddress, events: ControlPortEvents): Promise<E.Either<string, ControlPort>> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const port = new UdpControlPort(own, socket, events)
    socket.once('error', ({ message }) => {
      socket.close()
      resolve(E.left(message))
    })
    socket.bind({ address: own, port: controlPort, exclusive: true }, () => {
      socket.removeAllListeners('error')
      port.listen()
      resolve(E.right(port))
    })
  })
}

/** The socket that probes of one peer leave from. */
interface Probing {
  readonly socket: Socket
  /** What is sent once it is connected; `undefined`: it is. */
  unsent: string[] | undefined
}

class UdpControlPort implements ControlPort {
  readonly #own: IpAddress
  readonly #socket: Socket
  readonly #events: ControlPortEvents
  readonly #probing = new Map<IpAddress, Probing>()

  constructor(own: IpAddress, socket: Socket, events: ControlPortEvents) {
    this.#own = own
    this.#socket = socket
    this.#events = events
  }

  listen(): void {
    // Something that can't be sent now is sent again, or missed.
    this.#socket.on('error', () => {})
    this.#hear(this.#socket)
  }

  send(to: IpAddress, text: string): void {
    this.#socket.send(text, controlPort, to, () => {})
  }

  probe(to: IpAddress, text: string): void {
    const known = this.#probing.get(to)
    if (known === undefined) this.#openProbing(to, { socket: createSocket('udp4'), unsent: [text] })
    else if (known.unsent === undefined) this.#sendProbe(known.socket, to, text)
    else known.unsent.push(text)
  }

  keepProbing(addresses: ReadonlySet<IpAddress>): void {
    for (const [address, { socket }] of this.#probing) if (!addresses.has(address)) this.#letGo(address, socket)
  }

  close(): void {
    this.keepProbing(new Set())
    closeQuietly(this.#socket)
  }

  #openProbing(to: IpAddress, probing: Probing): void {
    const { socket } = probing
    this.#probing.set(to, probing)
    socket.on('error', (error) => {
      if (probing.unsent === undefined) this.#noteError(to, error)
      else this.#letGo(to, socket)
    })
    this.#hear(socket)
    // Not as `connect`'s callback, which would be told of a failure too: no way leads there, and to send would throw.
    socket.once('connect', () => {
      const { unsent = [] } = probing
      probing.unsent = undefined
      for (const text of unsent) this.#sendProbe(socket, to, text)
    })
    socket.bind({ address: this.#own, port: 0, exclusive: true }, () => socket.connect(controlPort, to))
  }

  #letGo(address: IpAddress, socket: Socket): void {
    if (this.#probing.get(address)?.socket === socket) this.#probing.delete(address)
    closeQuietly(socket)
  }

  #sendProbe(socket: Socket, to: IpAddress, text: string): void {
    if (this.#probing.get(to)?.socket !== socket) return
    socket.send(text, (error) => {
      if (error !== null) this.#noteError(to, error)
    })
  }

  #noteError(to: IpAddress, error: NodeJS.ErrnoException): void {
    if (error.code === 'ECONNREFUSED') this.#events.onRefused(to)
  }

  #hear(socket: Socket): void {
    socket.on('message', (bytes, { address }) => {
      const from = parseIpAddress(address)
      if (E.isRight(from)) this.#events.onMessage(from.right, bytes.toString('utf8'))
    })
  }
}

function closeQuietly(socket: Socket): void {
  try {
    socket.close()
  } catch {
    // It was closed already.
  }
}
