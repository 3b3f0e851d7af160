import type { AgentConnection, AgentConnectionHandlers, ConnectionEnd } from '../../ports/agent-transport.js'

/** A connection and all that its handlers were told. */
export interface RecordedConnection {
  readonly connection: AgentConnection
  readonly received: readonly string[]
  /** How often `onWritable` was called. */
  readonly writableCalls: number
  readonly end: ConnectionEnd | undefined
}

/** Records connections of one end, and every call of a handler that the port forbids. */
export class ConnectionRecorder {
  readonly connections: RecordedConnection[] = []
  readonly #faults: string[]
  readonly #whenConnected: (connection: AgentConnection) => void
  readonly #who: string

  constructor(who: string, faults: string[], whenConnected: (connection: AgentConnection) => void = () => {}) {
    this.#who = who
    this.#faults = faults
    this.#whenConnected = whenConnected
  }

  readonly onConnection = (connection: AgentConnection): AgentConnectionHandlers => {
    const recorded = {
      connection,
      received: [] as string[],
      writableCalls: 0,
      end: undefined as ConnectionEnd | undefined,
    }
    this.connections.push(recorded)
    const ifOpen = (call: string, record: () => void) => {
      if (recorded.end === undefined) record()
      else this.#faults.push(`${this.#who}: ${call} after onClose`)
    }
    this.#whenConnected(connection)
    return {
      onMessage: (message) => ifOpen('onMessage', () => recorded.received.push(message)),
      onWritable: () =>
        ifOpen('onWritable', () => {
          recorded.writableCalls++
        }),
      onClose: (end) =>
        ifOpen('onClose', () => {
          recorded.end = end
        }),
    }
  }

  /** The newest connection. */
  get newest(): RecordedConnection | undefined {
    return this.connections.at(-1)
  }
}
