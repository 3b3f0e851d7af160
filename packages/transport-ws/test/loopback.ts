import type { AddressInfo, Server } from 'node:net'

/** The port of a server that listens. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** Listens on loopback, on `port` or any that is free. */
export async function listenOnLoopback<S extends Server>(server: S, port = 0): Promise<S> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
  return server
}
