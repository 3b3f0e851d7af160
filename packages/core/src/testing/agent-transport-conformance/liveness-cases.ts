import { assertEnded, assertSame, assertThat } from './assertions.js'
import type { AgentOfCase, AgentTransportCase, CaseContext, ServerOfCase } from './case-context.js'

export const livenessCases: readonly AgentTransportCase[] = [
  {
    name: 'a connection on which nobody says anything lives on',
    run: async ({ connected, sleep, heartbeatIntervalMs }) => {
      const { server, agent } = await connected('a', { heartbeatIntervalMs })
      await sleep(8 * heartbeatIntervalMs)
      assertSame([agent.connections.length, server.connections.length], [1, 1], 'connections')
      assertSame([agent.newest().received, server.newestOf(agent.hostId).received], [[], []], 'messages')
    },
  },
  {
    name: 'a silent wire is noticed at both ends, though nothing was closed',
    needs: 'wireFaults',
    run: async (context) => {
      const { server, agent } = await context.connected('a', { heartbeatIntervalMs: context.heartbeatIntervalMs })
      const [up, down] = [server.newestOf(agent.hostId), agent.newest()]
      agent.wire.toServer.stall()
      agent.wire.toAgent.stall()
      await context.until('both ends notice', () => up.end !== undefined && down.end !== undefined)
      assertEnded(up, 'heartbeat-missed', 'the server')
      assertEnded(down, 'heartbeat-missed', 'the agent')
      await assertComesBack(context, server, agent)
    },
  },
  ...(['toServer', 'toAgent'] as const).map(
    (direction): AgentTransportCase => ({
      name: `a wire that is silent only ${direction === 'toServer' ? 'to the server' : 'to the agent'} is noticed at both ends`,
      needs: 'wireFaults',
      run: async (context) => {
        const { server, agent } = await context.connected('a', { heartbeatIntervalMs: context.heartbeatIntervalMs })
        const [up, down] = [server.newestOf(agent.hostId), agent.newest()]
        agent.wire[direction].stall()
        await context.until('both ends notice', () => up.end !== undefined && down.end !== undefined)
        assertEnded(direction === 'toServer' ? up : down, 'heartbeat-missed', 'who hears nothing')
        await assertComesBack(context, server, agent)
      },
    }),
  ),
  {
    name: 'an agent that cannot get through tries on, and tells since when and why',
    needs: 'wireFaults',
    run: async ({ connected, until, untilConnected }) => {
      const { server, agent } = await connected('a')
      agent.wire.block()
      agent.wire.cut()
      await until('it has tried a few times', () => attemptOf(agent.link.status()) >= 4)
      const status = agent.link.status()
      assertThat(status.state === 'connecting' && status.lastEnd !== null, 'the status says why')
      assertSame(agent.connections.length, 1, 'connections')
      agent.wire.unblock()
      await untilConnected(server, agent)
    },
  },
]

/** And stays, though the heartbeats are short. */
async function assertComesBack(
  { untilConnected, sleep, heartbeatIntervalMs }: CaseContext,
  server: ServerOfCase,
  agent: AgentOfCase,
): Promise<void> {
  agent.wire.toServer.resume()
  agent.wire.toAgent.resume()
  await untilConnected(server, agent)
  const connection = agent.newest()
  await sleep(5 * heartbeatIntervalMs)
  assertSame(connection.end, undefined, 'the end of the new connection')
}

function attemptOf(status: { readonly state: string; readonly attempt?: number }): number {
  return status.attempt ?? 0
}
