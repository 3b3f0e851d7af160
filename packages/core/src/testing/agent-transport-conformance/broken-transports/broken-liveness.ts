import type { BrokenTransport } from './spoil.js'

/** The longest that the protocol allows. */
const deaf = { tuning: { heartbeatIntervalMs: 60_000 } }

export const brokenLiveness: readonly BrokenTransport[] = [
  {
    fault: 'takes an idle connection for a dead one',
    caughtBy: 'a connection on which nobody says anything lives on',
    changes: {
      handlers: (handlers, end, connection) => {
        if (end === 'agent') soon(() => connection.close({ code: 'heartbeat-missed', detail: 'idle' }))
        return handlers
      },
    },
  },
  {
    fault: 'shows its heartbeats as messages',
    caughtBy: 'a connection on which nobody says anything lives on',
    changes: {
      handlers: (handlers) => {
        soon(() => handlers.onMessage(''))
        return handlers
      },
    },
  },
  {
    fault: 'never notices silence',
    caughtBy: 'a silent wire is noticed at both ends, though nothing was closed',
    changes: deaf,
  },
  {
    fault: 'never notices that it is not heard',
    caughtBy: 'a wire that is silent only to the server is noticed at both ends',
    changes: deaf,
  },
  {
    fault: 'never notices that it hears nothing',
    caughtBy: 'a wire that is silent only to the agent is noticed at both ends',
    changes: deaf,
  },
  {
    fault: 'gives up after the first failure',
    caughtBy: 'an agent that cannot get through tries on, and tells since when and why',
    changes: { tuning: { reconnectMs: 3_600_000 } },
  },
]

/** After a few turns: core has no timers. */
function soon(task: () => void): void {
  let turns = Promise.resolve()
  for (let n = 0; n < 200; n++) turns = turns.then(() => {})
  void turns.then(task)
}
