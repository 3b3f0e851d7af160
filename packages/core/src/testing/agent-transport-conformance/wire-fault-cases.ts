import type { WireFaults } from '../lossy-wire.js'
import { assertSame, assertThat } from './assertions.js'
import type { AgentOfCase, AgentTransportCase, CaseContext, ServerOfCase } from './case-context.js'
import type { RecordedConnection } from './recorded-connection.js'

type Direction = 'toServer' | 'toAgent'

/** What arrives of `1`, `2`, `3` when this happens to the frame of `2`; each connection ends by it. */
const frameFaults: readonly (readonly [string, (wire: WireFaults) => void, readonly string[]])[] = [
  ['is lost', (wire) => wire.dropNext(), ['1']],
  ['is repeated', (wire) => wire.duplicateNext(), ['1', '2']],
  ['changes places with the next', (wire) => wire.swapNext(), ['1']],
  ['is altered', (wire) => wire.alterNext(), ['1']],
  ['comes behind a forged one', (wire) => wire.forge(), ['1']],
]

export const wireFaultCases: readonly AgentTransportCase[] = [
  ...frameFaults.flatMap(([what, disturb, arrives]) =>
    (['toServer', 'toAgent'] as const).map(
      (direction): AgentTransportCase => ({
        name: `a frame ${direction === 'toServer' ? 'to the server' : 'to the agent'} that ${what} ends the connection`,
        needs: 'wireFaults',
        run: (context) => disturbFrame(context, direction, disturb, arrives),
      }),
    ),
  ),
  {
    name: 'a frame lost inside a big message ends the connection; nothing of the message arrives',
    needs: 'wireFaults',
    run: async ({ connected, until }) => {
      const { server, agent } = await connected('a')
      const first = agent.newest()
      agent.wire.toAgent.dropNext()
      server.newestOf(agent.hostId).connection.send('x'.repeat(1024 * 1024))
      server.newestOf(agent.hostId).connection.send('after')
      await until('the agent notices', () => first.end !== undefined)
      assertSame([first.end?.code, first.received], ['protocol-violated', []], 'end and messages')
    },
  },
  {
    name: 'a cut is a lost connection at both ends, and the agent comes back',
    needs: 'wireFaults',
    run: async ({ connected, until, untilConnected }) => {
      const { server, agent } = await connected('a')
      const [up, down] = [server.newestOf(agent.hostId), agent.newest()]
      agent.wire.cut()
      await until('both ends notice', () => up.end !== undefined && down.end !== undefined)
      assertSame([up.end?.code, down.end?.code], ['connection-lost', 'connection-lost'], 'why')
      assertSame(down.connection.send('too late'), 'closed', 'send')
      await untilConnected(server, agent)
      await assertFlows(until, server, agent)
    },
  },
  {
    name: 'what an agent said once, said again by somebody else, lets nobody in and disturbs nobody',
    needs: 'wireFaults',
    run: async ({ connected, until, quiet }) => {
      const { server, agent } = await connected('a')
      agent.newest().connection.send('once')
      await until('it arrives', () => server.newestOf(agent.hostId).received.length === 1)
      agent.wire.replay()
      await quiet()
      assertSame(server.connections.length, 1, 'connections')
      assertSame(server.newestOf(agent.hostId).received, ['once'], 'what the server received')
      await assertFlows(until, server, agent)
    },
  },
]

async function disturbFrame(
  { connected, until, untilConnected }: CaseContext,
  direction: Direction,
  disturb: (wire: WireFaults) => void,
  arrives: readonly string[],
): Promise<void> {
  const { server, agent } = await connected('a')
  const [up, down] = [server.newestOf(agent.hostId), agent.newest()]
  const [from, to] = direction === 'toServer' ? [down, up] : [up, down]
  from.connection.send('1')
  await until('the first arrives', () => to.received.length === 1)
  disturb(agent.wire[direction])
  from.connection.send('2')
  from.connection.send('3')
  await until('both ends notice', () => from.end !== undefined && to.end !== undefined)
  assertSame(to.received, arrives, 'what arrived')
  assertSame(to.end?.code, 'protocol-violated', 'why, for who received')
  assertThat(from.end?.code !== 'closed-here', 'who sent has not closed it')
  await untilConnected(server, agent)
  assertThat(agent.newest() !== down, 'a new connection takes its place')
  await assertFlows(until, server, agent)
}

/** Both directions of the newest connection carry messages. */
async function assertFlows(until: CaseContext['until'], server: ServerOfCase, agent: AgentOfCase): Promise<void> {
  const ends: readonly RecordedConnection[] = [server.newestOf(agent.hostId), agent.newest()]
  const before = ends.map(({ received }) => received.length)
  for (const { connection } of ends) assertSame(connection.send('flows'), 'queued', 'send')
  await until('messages flow both ways', () =>
    ends.every(({ received }, i) => received.length === (before[i] ?? 0) + 1),
  )
  for (const { received } of ends) assertSame(received.at(-1), 'flows', 'what flows')
}
