import type { BrokenTransport } from './spoil.js'

const standsStill = 'a reader that stands still makes the queue overflow; once it reads, what is sent then arrives'
const byNumber = 'the queue also overflows by the number of messages'

export const brokenQueues: readonly BrokenTransport[] = [
  {
    fault: 'queues without bound',
    caughtBy: standsStill,
    changes: { tuning: { maxQueuedLength: Number.MAX_SAFE_INTEGER, maxQueuedMessages: Number.MAX_SAFE_INTEGER } },
  },
  {
    fault: 'never says that it is writable again',
    caughtBy: standsStill,
    changes: { handlers: (handlers) => ({ ...handlers, onWritable: () => {} }) },
  },
  {
    fault: 'says twice that it is writable again',
    caughtBy: standsStill,
    changes: {
      handlers: (handlers) => ({
        ...handlers,
        onWritable: () => {
          handlers.onWritable()
          handlers.onWritable()
        },
      }),
    },
  },
  {
    fault: 'claims to take messages after an overflow',
    caughtBy: standsStill,
    changes: {
      connection: (connection) => {
        let overflows = 0
        const send: typeof connection.send = (message) => {
          const outcome = connection.send(message)
          if (outcome === 'overflow') overflows++
          return outcome === 'overflow' && overflows > 1 ? 'queued' : outcome
        }
        return { ...connection, send }
      },
    },
  },
  {
    fault: 'ends the connection of a slow reader',
    caughtBy: standsStill,
    changes: {
      connection: (connection) => {
        const send: typeof connection.send = (message) => {
          const outcome = connection.send(message)
          if (outcome === 'overflow') connection.close({ code: 'closed-here', detail: 'too slow' })
          return outcome
        }
        return { ...connection, send }
      },
    },
  },
  {
    fault: 'does not count messages',
    caughtBy: byNumber,
    changes: { tuning: { maxQueuedMessages: Number.MAX_SAFE_INTEGER } },
  },
  {
    fault: 'makes everybody wait for the slowest',
    caughtBy: 'a reader that stands still keeps nobody else waiting',
    changes: slowest(),
  },
  {
    fault: 'refuses what is larger than its queue',
    caughtBy: 'with the queue empty, a message larger than the queue is taken',
    changes: {
      connection: (connection) => ({
        ...connection,
        send: (message) => (message.length > 1000 ? 'overflow' : connection.send(message)),
      }),
    },
  },
]

function slowest(): BrokenTransport['changes'] {
  let hasOverflowed = false
  return {
    connection: (connection, end) => {
      const send: typeof connection.send = (message) => {
        if (hasOverflowed) return 'queued'
        const outcome = connection.send(message)
        hasOverflowed ||= outcome === 'overflow'
        return outcome
      }
      return end === 'server' ? { ...connection, send } : connection
    },
  }
}
