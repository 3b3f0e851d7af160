import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import * as E from 'fp-ts/lib/Either.js'

/** Held as long as this process lives, or until released. */
export interface InterfaceClaim {
  readonly release: () => void
}

/**
 * Says to other agents that this one works on an interface: two that made it theirs in turn, each for a mesh of its own, would go on for
 * ever. A name without a file (unix(7), "abstract"): it is of the network namespace that the interface is of, and goes with the process.
 * Any user may take one: a user who could be no agent (`mayBeAgent`) keeps nobody from working.
 */
export function claimInterface(
  interfaceName: string,
  mayBeAgent: (userId: number) => boolean = (userId) => userId === 0 || userId === process.geteuid?.(),
): Promise<E.Either<'interface-claimed', InterfaceClaim>> {
  const name = `meshfold-agent/${interfaceName}`
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    const claim = { release: () => void server.close() }
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      // Where a system has no such names, nobody is kept from working either.
      const users = code === 'EADDRINUSE' ? usersOf(name) : undefined
      // One that nobody is seen to hold is of an agent in a container, whose processes are hidden.
      const isClaimed = users !== undefined && (users.length === 0 || users.some(mayBeAgent))
      resolve(isClaimed ? E.left('interface-claimed') : E.right(claim))
    })
    server.listen(`\0${name}`, () => resolve(E.right(claim)))
    server.unref()
  })
}

/** Who runs the processes that hold sockets of this name (proc(5)). */
function usersOf(name: string): readonly number[] {
  const lines = or('', () => readFileSync('/proc/net/unix', 'utf8')).split('\n')
  const ofName = lines.map((line) => line.split(' ')).filter((words) => words.at(-1) === `@${name}`)
  const sockets = new Set(ofName.map((words) => `socket:[${words.at(-2)}]`))
  const processes = or([], () => readdirSync('/proc')).filter((entry) => /^\d+$/.test(entry))
  const filesOf = (id: string) => or([], () => readdirSync(`/proc/${id}/fd`)).map((file) => `/proc/${id}/fd/${file}`)
  const holders = processes.filter((id) => filesOf(id).some((file) => sockets.has(or('', () => readlinkSync(file)))))
  return holders.flatMap((id) => or<readonly number[]>([], () => [statSync(`/proc/${id}`).uid]))
}

/** Processes come and go, and some are hidden. */
function or<A>(otherwise: A, read: () => A): A {
  try {
    return read()
  } catch {
    return otherwise
  }
}
