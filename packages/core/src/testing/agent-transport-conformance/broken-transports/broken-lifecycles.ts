import type { AgentConnectionHandlers, ConnectionEnd } from '../../../ports/agent-transport.js'
import type { BrokenTransport, End } from './spoil.js'

const statuses = 'the status tells connecting, connected, connecting, closed'
const serverCloses = 'a server that closes a connection sees its own reason, the agent that it was closed there'
const twice = 'closing twice is closing once'
const agentCloses = 'an agent that closes its link is gone, and stays away'
const closedEarly = 'a link closed while it connects never connects'
const closedInside = 'closing inside onConnection ends the connection like any other'
const replaced = 'a newer connection of a host takes the place of the older, which ends first'
const stops = 'a server that stops says so, takes nobody in, and another takes its place'
const reconnect = 'reconnectNow tries at once instead of waiting, and is nothing to a connection'

export const brokenLifecycles: readonly BrokenTransport[] = [
  {
    fault: 'keeps its status to itself',
    caughtBy: statuses,
    changes: { linkOptions: (options) => ({ ...options, onStatus: () => {} }) },
  },
  {
    fault: 'says that it is connected before it is',
    caughtBy: statuses,
    changes: { link: (link) => ({ ...link, status: () => ({ state: 'connected', serverUrl: '' }) }) },
  },
  {
    fault: 'tells of its own closing later',
    caughtBy: serverCloses,
    changes: {
      handlers: onClose((end, close) => void Promise.resolve().then(() => close(end))),
    },
  },
  {
    fault: 'takes messages on a closed connection',
    caughtBy: serverCloses,
    changes: {
      connection: (connection) => ({
        ...connection,
        send: (message) => (connection.send(message) === 'closed' ? 'queued' : 'queued'),
      }),
    },
  },
  {
    fault: 'does not tell the agent who closed',
    caughtBy: serverCloses,
    changes: { handlers: onClose((end, close) => close({ ...end, code: 'closed-here' })) },
  },
  {
    fault: 'tells an end twice',
    caughtBy: twice,
    changes: { handlers: onClose((end, close) => [close(end), close(end)]) },
  },
  {
    fault: 'stays connected when its link is closed',
    caughtBy: agentCloses,
    changes: { link: (link) => ({ ...link, close: async () => {} }) },
  },
  {
    fault: 'connects though its link was closed',
    caughtBy: closedEarly,
    changes: { link: (link) => ({ ...link, close: async () => {} }) },
  },
  {
    fault: 'does not tell the end of a connection that was closed inside onConnection',
    caughtBy: closedInside,
    changes: {
      handlers: (handlers, _, { send }) => (send('') === 'closed' ? { ...handlers, onClose: () => {} } : handlers),
    },
  },
  {
    fault: 'does not tell an older connection that it was replaced',
    caughtBy: replaced,
    changes: { handlers: onClose((end, close) => end.code === 'replaced-by-newer-connection' || close(end)) },
  },
  {
    fault: 'counts a host twice',
    caughtBy: replaced,
    changes: {
      endpoint: (endpoint) => ({
        ...endpoint,
        connections: () => endpoint.connections().flatMap((each) => [each, each]),
      }),
    },
  },
  {
    fault: 'does not stop',
    caughtBy: stops,
    changes: { endpoint: (endpoint) => ({ ...endpoint, close: async () => {} }) },
  },
  {
    fault: 'stops without a word',
    caughtBy: stops,
    changes: {
      handlers: onClose((end, close, who) => close(who === 'agent' ? { ...end, code: 'connection-lost' } : end)),
    },
  },
  {
    fault: 'waits in spite of reconnectNow',
    caughtBy: reconnect,
    changes: { link: (link) => ({ ...link, reconnectNow: () => {} }) },
  },
  {
    fault: 'gives up a connection at reconnectNow',
    caughtBy: reconnect,
    changes: {
      link: (link, wire) => ({
        ...link,
        reconnectNow: () => {
          wire?.cut()
          link.reconnectNow()
        },
      }),
    },
  },
]

function onClose(rule: (end: ConnectionEnd, close: (end: ConnectionEnd) => void, who: End) => unknown) {
  return (handlers: AgentConnectionHandlers, who: End): AgentConnectionHandlers => ({
    ...handlers,
    onClose: (end) => void rule(end, handlers.onClose, who),
  })
}
