import { createSocket, type Socket } from 'node:dgram'
import { type IpAddress, ipFamilyOf } from '@meshfold/core'

/** RFC 863: whatever arrives there is thrown away. */
const DISCARD_PORT = 9
const GREETING = Buffer.from([0])

/** Sends one byte to each address; whether anybody takes it doesn't matter, that it came through the tunnel does. */
export function createUdpGreeter(): (addresses: readonly IpAddress[]) => void {
  const sockets = new Map<4 | 6, Socket>()
  const socketFor = (family: 4 | 6): Socket => {
    const known = sockets.get(family)
    if (known !== undefined) return known
    const socket = createSocket(family === 4 ? 'udp4' : 'udp6')
    // A greeting that can't be sent is one that isn't needed.
    socket.on('error', () => {})
    socket.unref()
    sockets.set(family, socket)
    return socket
  }
  return (addresses) => {
    for (const address of addresses) socketFor(ipFamilyOf(address)).send(GREETING, DISCARD_PORT, address, () => {})
  }
}
