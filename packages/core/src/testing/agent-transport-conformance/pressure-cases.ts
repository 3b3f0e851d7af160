import { assertSame, assertThat } from './assertions.js'
import type { AgentTransportCase, CaseContext } from './case-context.js'
import type { RecordedConnection } from './recorded-connection.js'

/** A message that tells its place; big, so that not too many fill whatever a medium buffers by itself. */
const MESSAGE_LENGTH = 64 * 1024
/** No medium may take more than so much: 64 Mi, 1,024 messages. */
const MOST_MESSAGES = 1024
const tuning = { maxQueuedMessages: 64, maxQueuedLength: 1024 * 1024 }

export const pressureCases: readonly AgentTransportCase[] = [
  {
    name: 'a reader that stands still makes the queue overflow; once it reads, what is sent then arrives',
    needs: 'wireFaults',
    run: async (context) => {
      const { server, agent } = await context.connected('a', tuning)
      const up = server.newestOf(agent.hostId)
      agent.wire.toAgent.stall()
      const sent = await fill(context, up)
      assertSame(up.connection.send('not before onWritable'), 'overflow', 'send after an overflow')
      assertSame(up.writableCalls, 0, 'onWritable while the reader stands still')
      agent.wire.toAgent.resume()
      await context.until('onWritable', () => up.writableCalls === 1)
      assertSame(up.connection.send('after'), 'queued', 'send after onWritable')
      await context.until('it arrives', () => agent.newest().received.at(-1) === 'after')
      assertThat(agent.newest().received.length <= sent, 'what was dropped did not arrive')
      assertInOrder(agent.newest())
      assertSame([up.end, agent.newest().end], [undefined, undefined], 'ends')
      assertSame(up.writableCalls, 1, 'calls of onWritable')
    },
  },
  {
    name: 'the queue also overflows by the number of messages',
    run: async ({ connected, until }) => {
      const { server, agent } = await connected('a', { maxQueuedMessages: 8 })
      const up = server.newestOf(agent.hostId)
      // More at once than any medium takes without a pause, so that the small ones have to queue.
      assertSame(up.connection.send('x'.repeat(8 * 1024 * 1024)), 'queued', 'send')
      const outcomes = Array.from({ length: 9 }, () => up.connection.send('small'))
      assertSame(outcomes.at(-1), 'overflow', 'send of the ninth small one')
      await until('onWritable', () => up.writableCalls === 1)
      assertSame(up.connection.send('after'), 'queued', 'send after onWritable')
      await until('it arrives', () => agent.newest().received.at(-1) === 'after')
    },
  },
  {
    name: 'a reader that stands still keeps nobody else waiting',
    needs: 'wireFaults',
    run: async (context) => {
      const { server, agent } = await context.connected('a', tuning)
      const other = context.connect('b', { tuning })
      await context.untilConnected(server, other)
      agent.wire.toAgent.stall()
      await fill(context, server.newestOf(agent.hostId))
      server.newestOf(other.hostId).connection.send('down')
      other.newest().connection.send('up')
      // The other direction of the same connection is open as well.
      agent.newest().connection.send('up')
      await context.until('the other gets its message', () => other.newest().received.length === 1)
      await context.until('the server hears both', () =>
        [agent, other].every(({ hostId }) => server.newestOf(hostId).received.length === 1),
      )
    },
  },
  {
    name: 'with the queue empty, a message larger than the queue is taken',
    run: async ({ connected, until }) => {
      const { server, agent } = await connected('a', { maxQueuedMessages: 8, maxQueuedLength: 1000 })
      const { connection } = server.newestOf(agent.hostId)
      assertSame(connection.send('x'.repeat(3 * 1024 * 1024)), 'queued', 'send')
      await until('it arrives', () => agent.newest().received.length === 1)
      assertSame(agent.newest().received[0]?.length, 3 * 1024 * 1024, 'its length')
    },
  },
]

/** Sends until the queue overflows; returns how many were taken. The medium's own buffers are emptied into first. */
async function fill({ sleep }: CaseContext, to: RecordedConnection): Promise<number> {
  for (let sent = 0; sent < MOST_MESSAGES; sent++) {
    const message = `${sent}:`.padEnd(MESSAGE_LENGTH, '.')
    const outcome = to.connection.send(message)
    if (outcome === 'overflow') return sent
    assertSame(outcome, 'queued', 'send')
    // The medium gets its turn after every few messages.
    if (sent % 8 === 7) await sleep(1)
  }
  throw new Error(
    `${MOST_MESSAGES} messages of ${MESSAGE_LENGTH} characters to a reader that stands still: no overflow`,
  )
}

function assertInOrder({ received }: RecordedConnection): void {
  const places = received.slice(0, -1).map((message) => Number.parseInt(message, 10))
  for (const [i, place] of places.entries())
    assertThat(i === 0 || place > (places[i - 1] ?? -1), 'messages are in order')
}
