import type { AgentConnectionHandlers } from '../../../ports/agent-transport.js'
import { hostId } from '../../../values/index.js'
import type { BrokenTransport } from './spoil.js'

const inOrder = 'messages arrive whole and in order, both ways'
const whileOpening = 'what is sent while onConnection runs arrives first'
const eachKnows = 'each end knows the host, and the address of the other end where there are addresses'
const tooLargeThere =
  'a message that the server takes for too large, whatever the agent thinks, ends this connection, and no other'

export const brokenDelivery: readonly BrokenTransport[] = [
  {
    fault: 'delivers a message twice',
    caughtBy: inOrder,
    changes: {
      handlers: onMessage((message, deliver) => (message === '{"n":9}' ? [deliver(), deliver()] : deliver())),
    },
  },
  {
    fault: 'loses a message',
    caughtBy: inOrder,
    changes: { handlers: onMessage((message, deliver) => message === '{"n":9}' || deliver()) },
  },
  {
    fault: 'loses empty messages',
    caughtBy: inOrder,
    changes: { handlers: onMessage((message, deliver) => message === '' || deliver()) },
  },
  { fault: 'delivers a message after the next', caughtBy: inOrder, changes: { handlers: swapping } },
  {
    fault: 'changes what is not ASCII',
    caughtBy: inOrder,
    changes: {
      handlers: (handlers) => ({ ...handlers, onMessage: (message) => handlers.onMessage(message.replace(/ä/g, '?')) }),
    },
  },
  {
    fault: 'drops what is sent before onConnection has returned',
    caughtBy: whileOpening,
    changes: {
      connection: (connection) => {
        let isOpening = true
        void Promise.resolve().then(() => {
          isOpening = false
        })
        return { ...connection, send: (message) => (isOpening ? 'queued' : connection.send(message)) }
      },
    },
  },
  {
    fault: 'takes every host for the same',
    caughtBy: eachKnows,
    changes: { connection: (connection) => ({ ...connection, hostId: hostId('somebody') }) },
  },
  {
    fault: 'makes up addresses',
    caughtBy: eachKnows,
    changes: { connection: (connection) => ({ ...connection, remoteAddress: '192.0.2.1' }) },
  },
  {
    fault: 'cuts long messages',
    caughtBy: 'a big message arrives whole, and small ones behind it in order',
    changes: {
      handlers: (handlers) => ({
        ...handlers,
        onMessage: (message) => handlers.onMessage(message.slice(0, 1_000_000)),
      }),
    },
  },
  {
    fault: 'has no limit of size',
    caughtBy: 'a message of the largest size arrives; a larger one ends this connection, and no other',
    changes: { tuning: { maxLengthFromAgent: Number.MAX_SAFE_INTEGER } },
  },
  {
    fault: 'has a limit of size for senders alone',
    caughtBy: tooLargeThere,
    changes: { tuning: { maxLengthFromAgent: Number.MAX_SAFE_INTEGER } },
  },
  {
    fault: 'gives up at a hundred connections',
    caughtBy: '200 agents at once each get their own messages',
    changes: {
      tuning: { reconnectMs: 3_600_000 },
      endpointOptions: (options) => {
        let connections = 0
        const onConnection: typeof options.onConnection = (connection) => {
          connections++
          if (connections > 100) connection.close({ code: 'closed-here', detail: 'full' })
          return options.onConnection(connection)
        }
        return { ...options, onConnection }
      },
    },
  },
]

function onMessage(rule: (message: string, deliver: () => void) => unknown) {
  return (handlers: AgentConnectionHandlers): AgentConnectionHandlers => ({
    ...handlers,
    onMessage: (message) => void rule(message, () => handlers.onMessage(message)),
  })
}

function swapping(handlers: AgentConnectionHandlers): AgentConnectionHandlers {
  let held: string | undefined
  const deliver = (message: string) => {
    handlers.onMessage(message)
    if (held !== undefined) handlers.onMessage(held)
    held = undefined
  }
  return {
    ...handlers,
    onMessage: (message) => {
      if (message === '{"n":9}') held = message
      else deliver(message)
    },
  }
}
