import type { AgentConnectionHandlers } from '../../../ports/agent-transport.js'
import type { WireFaults } from '../../lossy-wire.js'
import type { BrokenTransport, Changes, End } from './spoil.js'

const directions = ['toServer', 'toAgent'] as const
type Direction = (typeof directions)[number]

const nameOf = (direction: Direction, what: string) =>
  `a frame ${direction === 'toServer' ? 'to the server' : 'to the agent'} that ${what} ends the connection`

/** How a transport without counters and MACs behaves: what the wire does is what the reader gets. */
const unchecked: readonly (readonly [string, keyof WireFaults, (message: string) => readonly string[]])[] = [
  ['is lost', 'dropNext', () => []],
  ['is repeated', 'duplicateNext', (message) => [message, message]],
  ['is altered', 'alterNext', (message) => [`${message}!`]],
  ['comes behind a forged one', 'forge', (message) => ['forged', message]],
  ['changes places with the next', 'swapNext', (message) => ['3', message]],
]

export const brokenWires: readonly BrokenTransport[] = [
  ...directions.flatMap((direction) =>
    unchecked.map(
      ([what, fault, get]): BrokenTransport => ({
        fault: `does not notice a frame ${direction} that ${what}`,
        caughtBy: nameOf(direction, what),
        changes: believing(direction, fault, get),
      }),
    ),
  ),
  ...directions.map(
    (direction): BrokenTransport => ({
      fault: `does not check the MAC of a frame ${direction}`,
      caughtBy: nameOf(direction, 'is altered'),
      changes: { crypto: (crypto) => ({ ...crypto, equalsConstantTime: () => true }) },
    }),
  ),
  {
    fault: 'makes a whole of what is left of a message',
    caughtBy: 'a frame lost inside a big message ends the connection; nothing of the message arrives',
    changes: believing('toAgent', 'dropNext', (message) => [message.slice(1)]),
  },
  {
    fault: 'never comes back',
    caughtBy: 'a cut is a lost connection at both ends, and the agent comes back',
    changes: { tuning: { reconnectMs: 3_600_000 } },
  },
  {
    fault: 'takes a cut for a wish of the other end',
    caughtBy: 'a cut is a lost connection at both ends, and the agent comes back',
    changes: {
      handlers: (handlers) => ({ ...handlers, onClose: (end) => handlers.onClose({ ...end, code: 'closed-there' }) }),
    },
  },
  {
    fault: 'lets in who repeats what was said',
    caughtBy: 'what an agent said once, said again by somebody else, lets nobody in and disturbs nobody',
    changes: replayable(),
  },
]

/** The fault isn't done to the wire, but to what arrives. */
function believing(
  direction: Direction,
  fault: keyof WireFaults,
  get: (message: string) => readonly string[],
): Changes {
  const reader: End = direction === 'toServer' ? 'server' : 'agent'
  let isDue = false
  const due = () => {
    isDue = true
  }
  return {
    wire: (wire) => ({ ...wire, [direction]: { ...faultsOf(wire[direction]), [fault]: due } }),
    handlers: (handlers, end) => ({
      ...handlers,
      onMessage: (message) => {
        const got = isDue && end === reader ? get(message) : [message]
        if (end === reader) isDue = false
        for (const each of got) handlers.onMessage(each)
      },
    }),
  }
}

/** The methods may belong to an instance of a class, whose spread would lose them. */
function faultsOf(faults: WireFaults): WireFaults {
  const { stall, resume, dropNext, duplicateNext, swapNext, alterNext, forge } = faults
  return { stall, resume, dropNext, duplicateNext, swapNext, alterNext, forge }
}

function replayable(): Changes {
  let server: AgentConnectionHandlers | undefined
  let last = ''
  return {
    wire: (wire) => ({ ...wire, replay: () => server?.onMessage(last) }),
    handlers: (handlers, end) => {
      if (end !== 'server') return handlers
      const onMessage = (message: string) => {
        last = message
        handlers.onMessage(message)
      }
      server = { ...handlers, onMessage }
      return server
    },
  }
}
