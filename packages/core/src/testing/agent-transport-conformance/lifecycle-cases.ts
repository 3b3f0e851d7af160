import { assertEnded, assertSame, assertThat, present } from './assertions.js'
import type { AgentTransportCase } from './case-context.js'

/** So long that only `reconnectNow` can explain a new attempt. */
const NEVER_MS = 3_600_000

export const lifecycleCases: readonly AgentTransportCase[] = [
  {
    name: 'the status tells connecting, connected, connecting, closed',
    run: async ({ serve, connect, until, untilConnected }) => {
      const server = await serve()
      const agent = connect('a')
      assertSame(agent.link.status(), { state: 'connecting', attempt: 1, lastEnd: null }, 'status at first')
      await untilConnected(server, agent)
      const [connection] = server.endpoint.connections()
      present(connection, 'the connection').close({ code: 'closed-here', detail: 'come again' })
      await until('it comes again', () => agent.statuses.length >= 3)
      await agent.link.close()
      const states = agent.statuses.map(({ state }) => state)
      assertSame(states, ['connected', 'connecting', 'connected', 'closed'], 'states')
      assertSame(agent.link.status(), { state: 'closed' }, 'status at last')
      const again = present(agent.statuses[1], 'second status')
      assertThat(again.state === 'connecting' && again.lastEnd?.detail === 'come again', 'the status has the detail')
    },
  },
  {
    name: 'a server that closes a connection sees its own reason, the agent that it was closed there',
    run: async ({ connected, until, untilConnected }) => {
      const { server, agent } = await connected('a')
      const [up, down] = [server.newestOf(agent.hostId), agent.newest()]
      up.connection.close({ code: 'closed-here', detail: 'enough' })
      assertSame(up.end, { code: 'closed-here', detail: 'enough' }, 'the end, before close returns')
      assertSame(server.endpoint.connections().length, 0, 'connections')
      assertSame(up.connection.send('too late'), 'closed', 'send')
      await until('the agent sees it', () => down.end !== undefined)
      assertSame(down.end, { code: 'closed-there', detail: 'enough' }, 'the end for the agent')
      await untilConnected(server, agent)
    },
  },
  {
    name: 'closing twice is closing once',
    run: async ({ connected, until }) => {
      const { server, agent } = await connected('a')
      const [up, down] = [server.newestOf(agent.hostId), agent.newest()]
      down.connection.close({ code: 'closed-here', detail: 'first' })
      down.connection.close({ code: 'closed-here', detail: 'second' })
      assertSame(down.end?.detail, 'first', 'the reason')
      await until('the server sees it', () => up.end !== undefined)
      assertEnded(up, 'closed-there', 'the server')
      up.connection.close({ code: 'closed-here', detail: 'third' })
      assertEnded(up, 'closed-there', 'the server, later')
      await Promise.all([agent.link.close(), agent.link.close()])
      await agent.link.close()
      await Promise.all([server.endpoint.close(), server.endpoint.close()])
      await server.endpoint.close()
    },
  },
  {
    name: 'an agent that closes its link is gone, and stays away',
    run: async ({ connected, until, quiet }) => {
      const { server, agent } = await connected('a')
      await agent.link.close()
      assertEnded(agent.newest(), 'closed-here', 'the agent')
      await until('the server sees it', () => server.newestOf(agent.hostId).end !== undefined)
      assertEnded(server.newestOf(agent.hostId), 'closed-there', 'the server')
      agent.link.reconnectNow()
      await quiet()
      assertSame([agent.connections.length, server.connections.length], [1, 1], 'connections')
      assertSame(agent.statuses.at(-1), { state: 'closed' }, 'status')
    },
  },
  {
    name: 'a link closed while it connects never connects',
    run: async ({ serve, connect, quiet }) => {
      const server = await serve()
      const agent = connect('a')
      await agent.link.close()
      await quiet()
      assertSame([agent.connections.length, server.connections.length], [0, 0], 'connections')
    },
  },
  {
    name: 'closing inside onConnection ends the connection like any other',
    run: async ({ serve, connect, until }) => {
      const enough = { code: 'closed-here', detail: 'not today' } as const
      const server = await serve({ whenConnected: (connection) => connection.close(enough) })
      const agent = connect('a', { tuning: { reconnectMs: NEVER_MS } })
      await until('the server let it go', () => server.connections[0]?.end !== undefined)
      assertSame(server.connections[0]?.end, enough, 'the end at the server')
      await until('the agent was told', () => agent.statuses.at(-1)?.state === 'connecting')
      assertSame(server.endpoint.connections().length, 0, 'connections')
    },
  },
  {
    name: 'a newer connection of a host takes the place of the older, which ends first',
    run: async ({ serve, connect, until, untilConnected }) => {
      const order: string[] = []
      const server = await serve({ whenConnected: () => order.push(ends()) })
      const older = connect('a', { tuning: { reconnectMs: NEVER_MS } })
      const ends = () => `older ended: ${server.connections[0]?.end?.code ?? 'no'}`
      await until('the older is connected', () => older.link.status().state === 'connected')
      const newer = connect('a')
      await until('the newer is connected', () => newer.link.status().state === 'connected')
      await until('the older knows', () => older.newest().end !== undefined)
      assertSame(
        order,
        ['older ended: no', 'older ended: replaced-by-newer-connection'],
        'when onConnection was called',
      )
      assertEnded(older.newest(), 'replaced-by-newer-connection', 'the older')
      assertSame(server.endpoint.connections().length, 1, 'connections')
      await untilConnected(server, newer)
      newer.newest().connection.send('mine')
      await until('the newer is heard', () => server.newestOf(newer.hostId).received.length === 1)
    },
  },
  {
    name: 'a server that stops says so, takes nobody in, and another takes its place',
    run: async ({ serve, connect, until, untilConnected, quiet }) => {
      const first = await serve()
      const agents = [connect('a'), connect('b')]
      for (const agent of agents) await untilConnected(first, agent)
      await first.endpoint.close()
      assertSame(first.endpoint.connections().length, 0, 'connections')
      for (const recorded of first.connections) assertEnded(recorded, 'server-stopping', 'the server')
      await until('the agents know', () => agents.every(({ connections }) => connections[0]?.end !== undefined))
      for (const { connections } of agents)
        assertSame(connections[0]?.end?.code, 'server-stopping', 'why, for an agent')
      await quiet()
      assertSame(first.connections.length, 2, 'connections of the first server')
      const second = await serve()
      for (const agent of agents) await untilConnected(second, agent)
    },
  },
  {
    name: 'reconnectNow tries at once instead of waiting, and is nothing to a connection',
    run: async ({ serve, connect, until, untilConnected, quiet }) => {
      const agent = connect('a', { tuning: { reconnectMs: NEVER_MS } })
      await until('the first attempt fails', () => agent.statuses.length > 0)
      const server = await serve()
      await quiet()
      assertSame(agent.connections.length, 0, 'connections before')
      agent.link.reconnectNow()
      await untilConnected(server, agent)
      agent.link.reconnectNow()
      await quiet()
      assertSame([agent.connections.length, server.connections.length], [1, 1], 'connections after')
      assertSame(agent.newest().end, undefined, 'the end of the connection')
    },
  },
]
