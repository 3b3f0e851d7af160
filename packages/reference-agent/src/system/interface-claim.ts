import { createServer } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'

/** Held as long as this process lives, or until released. */
export interface InterfaceClaim {
  readonly release: () => void
}

/**
 * Says to other agents that this one works on an interface: two that made it theirs in turn, each for a mesh of its own, would go on for
 * ever. A name without a file (unix(7), "abstract"): it is of the network namespace that the interface is of, and goes with the process.
 */
export function claimInterface(interfaceName: string): Promise<E.Either<'interface-claimed', InterfaceClaim>> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    const claim = { release: () => void server.close() }
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      // Where a system has no such names, nobody is kept from working.
      resolve(code === 'EADDRINUSE' ? E.left('interface-claimed') : E.right(claim)),
    )
    server.listen(`\0meshfold-agent/${interfaceName}`, () => resolve(E.right(claim)))
    server.unref()
  })
}
