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

class UdpControlPort implements ControlPort {
  readonly #own: IpAddress
  readonly #socket: Socket
  readonly #events: ControlPortEvents
  readonly #probing = new Map<IpAddress, Socket>()

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
    if (known !== undefined) {
      this.#sendProbe(known, to, text)
      return
    }
    const socket = createSocket('udp4')
    this.#probing.set(to, socket)
    let isConnected = false
    socket.on('error', (error) => {
      if (isConnected) this.#noteError(to, error)
      else this.#letGo(to, socket)
    })
    this.#hear(socket)
    socket.bind({ address: this.#own, port: 0, exclusive: true }, () =>
      socket.connect(controlPort, to, () => {
        isConnected = true
        this.#sendProbe(socket, to, text)
      }),
    )
  }

  keepProbing(addresses: ReadonlySet<IpAddress>): void {
    for (const [address, socket] of this.#probing) if (!addresses.has(address)) this.#letGo(address, socket)
  }

  close(): void {
    this.keepProbing(new Set())
    closeQuietly(this.#socket)
  }

  #letGo(address: IpAddress, socket: Socket): void {
    if (this.#probing.get(address) === socket) this.#probing.delete(address)
    closeQuietly(socket)
  }

  #sendProbe(socket: Socket, to: IpAddress, text: string): void {
    if (this.#probing.get(to) !== socket) return
    try {
      socket.send(text, (error) => {
        if (error !== null) this.#noteError(to, error)
      })
    } catch {
      // It is not connected yet: this one is missed.
    }
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
