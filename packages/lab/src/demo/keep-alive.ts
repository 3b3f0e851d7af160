import { setTimeout as pause } from 'node:timers/promises'
import type { Mesh } from '../mesh/mesh.js'

/** Starts server and agents again some time after they have died, as a service manager would, until `signal` fires. */
export async function keepAlive(mesh: Mesh, tell: (text: string) => void, signal: AbortSignal): Promise<void> {
  const afterDeath = async (name: string, isRunning: () => boolean, seconds: number, start: () => unknown) => {
    for (;;) {
      await pause(200, undefined, { signal })
      if (isRunning()) continue
      tell(`${name} is gone; it is started again in ${seconds} s. The tunnels stay.`)
      await pause(seconds * 1_000, undefined, { signal })
      await start()
      tell(`${name} is started again`)
    }
  }
  const { server, members } = mesh
  const watches = [
    afterDeath(
      'the server',
      () => server.running,
      15,
      () => server.start(),
    ),
    ...members.map(({ name, agent }) =>
      afterDeath(
        `${name}'s agent`,
        () => agent.running,
        5,
        () => agent.start(),
      ),
    ),
  ]
  await Promise.all(watches).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
