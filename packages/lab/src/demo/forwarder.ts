import { connect, createServer, type Server, type Socket } from 'node:net'

/** Passes bytes between a port of the machine's loopback and a unix socket, on whose other side the namespaces are. */
export interface Forwarder {
  readonly port: number
  close(): void
}

/** Listens on 127.0.0.1, on the wanted port or the next that is free. */
export async function openForwarder(wantedPort: number, socketFile: string): Promise<Forwarder> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(socketFile)
    join(client, upstream, sockets)
    join(upstream, client, sockets)
  })
  const port = await listen(server, wantedPort)
  return {
    port,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** While the server is down, a client sees its connection closed at once. */
function join(from: Socket, to: Socket, sockets: Set<Socket>): void {
  sockets.add(from)
  from.on('error', () => to.destroy())
  from.on('close', () => {
    sockets.delete(from)
    to.destroy()
  })
  from.pipe(to)
}

async function listen(server: Server, wantedPort: number): Promise<number> {
  for (let port = wantedPort; ; port += 1) {
    const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve)
      server.listen(port, '127.0.0.1', () => {
        server.off('error', resolve)
        resolve(undefined)
      })
    })
    if (failure === undefined) return port
    if (failure.code !== 'EADDRINUSE' || port >= wantedPort + 20) throw failure
  }
}
