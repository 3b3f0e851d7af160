import { assertEnded, assertSame, assertThat } from './assertions.js'
import type { AgentTransportCase } from './case-context.js'

const MI = 1024 * 1024

export const deliveryCases: readonly AgentTransportCase[] = [
  {
    name: 'messages arrive whole and in order, both ways',
    run: async ({ connected, until }) => {
      const { server, agent } = await connected('a')
      const [up, down] = [server.newestOf(agent.hostId), agent.newest()]
      const messages = Array.from({ length: 500 }, (_, n) => sampleMessage(n))
      for (const message of messages) {
        assertSame(up.connection.send(message), 'queued', 'send to the agent')
        assertSame(down.connection.send(message), 'queued', 'send to the server')
      }
      await until('all arrive', () => up.received.length >= 500 && down.received.length >= 500)
      assertSame(up.received, messages, 'what the server received')
      assertSame(down.received, messages, 'what the agent received')
    },
  },
  {
    name: 'what is sent while onConnection runs arrives first',
    run: async ({ serve, connect, until }) => {
      const server = await serve({ whenConnected: (connection) => connection.send('from the server') })
      const agent = connect('a', { whenConnected: (connection) => connection.send('from the agent') })
      await until('both arrive', () => agent.connections[0]?.received.length === 1 && isGreeted(server.connections[0]))
      agent.newest().connection.send('later')
      await until('the later one too', () => server.newestOf(agent.hostId).received.length === 2)
      assertSame(agent.newest().received, ['from the server'], 'what the agent received')
      assertSame(server.newestOf(agent.hostId).received, ['from the agent', 'later'], 'what the server received')
    },
  },
  {
    name: 'each end knows the host, and the address of the other end where there are addresses',
    run: async ({ connected, capabilities }) => {
      const { server, agent } = await connected('a')
      const [up, down] = [server.newestOf(agent.hostId).connection, agent.newest().connection]
      assertSame([up.hostId, down.hostId], [agent.hostId, agent.hostId], 'host ids')
      for (const { remoteAddress } of [up, down]) {
        assertSame(remoteAddress !== null, capabilities.remoteAddresses, `whether ${remoteAddress} is an address`)
      }
    },
  },
  {
    name: 'a big message arrives whole, and small ones behind it in order',
    run: async ({ connected, until }) => {
      const { server, agent } = await connected('a')
      // The characters that take most bytes as UTF-8, then all kinds.
      const big = '漢'.repeat(100_000) + 'ü🌍 and plain text; '.repeat(250_000)
      const { connection } = server.newestOf(agent.hostId)
      for (const message of ['before', big, 'after']) assertSame(connection.send(message), 'queued', 'send')
      await until('all arrive', () => agent.newest().received.length >= 3)
      const [before, middle, after] = agent.newest().received
      assertSame([before, after], ['before', 'after'], 'what is around it')
      assertThat(middle === big, 'the big message was changed')
    },
  },
  {
    name: 'a message of the largest size arrives; a larger one ends this connection, and no other',
    run: async ({ connected, connect, until, untilConnected }) => {
      const { server, agent } = await connected('a', { maxLengthFromAgent: 100_000 })
      const other = connect('b')
      await untilConnected(server, other)
      const first = server.newestOf(agent.hostId)
      agent.newest().connection.send('x'.repeat(100_000))
      await until('it arrives', () => first.received.length === 1)
      assertThat(agent.newest().connection.send('x'.repeat(100_001)) !== 'overflow', 'too large is no overflow')
      await until('the connection ends', () => first.end !== undefined && agent.connections[0]?.end !== undefined)
      assertSame(agent.connections[0]?.end?.code, 'message-too-large', 'why, for the agent')
      assertSame(first.received.length, 1, 'messages at the server')
      await untilConnected(server, agent)
      other.newest().connection.send('still here')
      await until('the other goes on', () => server.newestOf(other.hostId).received.length === 1)
      assertSame(other.connections.length, 1, 'connections of the other')
    },
  },
  {
    name: 'a message that the server takes for too large, whatever the agent thinks, ends this connection, and no other',
    run: async ({ serve, connect, until, untilConnected }) => {
      const server = await serve({ tuning: { maxLengthFromAgent: 50_000 } })
      const [agent, other] = [connect('a'), connect('b')]
      await untilConnected(server, agent)
      await untilConnected(server, other)
      const first = server.newestOf(agent.hostId)
      agent.newest().connection.send('x'.repeat(200_000))
      await until('the connection ends', () => first.end !== undefined && agent.connections[0]?.end !== undefined)
      assertEnded(first, 'message-too-large', 'the server')
      assertSame(agent.connections[0]?.end?.code, 'message-too-large', 'why, for the agent')
      assertSame(first.received, [], 'messages at the server')
      assertSame(other.connections[0]?.end, undefined, 'the end of the other')
    },
  },
  {
    name: '200 agents at once each get their own messages',
    run: async ({ serve, connect, until }) => {
      const server = await serve({ whenConnected: (connection) => connection.send(`you are ${connection.hostId}`) })
      const agents = Array.from({ length: 200 }, (_, n) =>
        connect(`host-${n}`, { whenConnected: (connection) => connection.send(`I am ${connection.hostId}`) }),
      )
      await until('all are greeted', () => agents.every(({ connections }) => connections[0]?.received.length === 1))
      await until('all have greeted', () => server.connections.length === 200 && server.connections.every(isGreeted))
      for (const agent of agents) {
        assertSame(agent.newest().received, [`you are ${agent.hostId}`], 'what the agent received')
        assertSame(server.newestOf(agent.hostId).received, [`I am ${agent.hostId}`], 'what the server received')
      }
      assertSame(server.endpoint.connections().length, 200, 'connections')
    },
  },
]

function sampleMessage(n: number): string {
  if (n === 7) return ''
  if (n % 50 === 0) return JSON.stringify({ n, text: 'ä🌍\n\u0000"'.repeat(n) })
  return n === 250 ? 'm'.repeat(MI - 1) : JSON.stringify({ n })
}

function isGreeted(recorded: { readonly received: readonly string[] } | undefined): boolean {
  return recorded?.received.length === 1
}
