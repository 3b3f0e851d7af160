import { createSocket } from 'node:dgram'

const TRIED_PORTS = 50

/** The first UDP port from `wanted` on that nobody on this machine uses, for both families; `undefined` where many in a row are. */
export async function findFreePort(wanted: number): Promise<number | undefined> {
  for (let port = wanted; port < Math.min(wanted + TRIED_PORTS, 65_536); port++) {
    if ((await canBind('udp4', port)) && (await canBind('udp6', port))) return port
  }
  return undefined
}

/** A machine without the family has no use of the port in it either. */
function canBind(type: 'udp4' | 'udp6', port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket({ type, ipv6Only: type === 'udp6' })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'))
    socket.bind(port, () => socket.close(() => resolve(true)))
  })
}
