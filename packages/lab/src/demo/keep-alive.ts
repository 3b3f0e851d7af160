import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh } from '../mesh/mesh.js'

export interface KeepAliveHooks {
  readonly tell: (text: string) => void
  /** The server was started again: its process number as the lab sees it. */
  readonly onServerAgain: (pid: number) => void
}

/** Starts server and agents again some time after they have died, as a service manager would, until `signal` fires. */
export async function keepAlive(
  mesh: Mesh,
  { tell, onServerAgain }: KeepAliveHooks,
  signal: AbortSignal,
): Promise<void> {
  const afterDeath = async (name: string, isRunning: () => boolean, seconds: number, start: () => Promise<void>) => {
    for (;;) {
      await pause(200, undefined, { signal })
      if (isRunning()) continue
      tell(`${name} is gone; it is started again in ${seconds} s. The tunnels stay.`)
      await pause(seconds * 1_000, undefined, { signal })
      await start()
    }
  }
  const { server, members } = mesh
  const watches = [
    afterDeath(
      'the server',
      () => server.running,
      15,
      async () => {
        await server.start()
        onServerAgain(await server.pid())
      },
    ),
    ...members.map(({ name, agent }) =>
      afterDeath(
        `${name}'s agent`,
        () => agent.running,
        5,
        async () => {
          await agent.start()
          tell(`${name}'s agent is started again`)
        },
      ),
    ),
  ]
  await Promise.all(watches).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
