/** An agent at the other end of a connection without a wire, which a test can make slow or break at any moment. */
import {
  type AgentConnection,
  type AgentConnectionHandlers,
  type AgentMessage,
  type AsOf,
  applyPatch,
  decodeWith,
  type FragmentTable,
  type HostId,
  type ServerMessage,
  serverMessageCodec,
  tableOfSnapshot,
  tableVersions,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { AgentSessions } from '../../src/agents/agent-sessions.js'

export class DirectAgent {
  readonly hostId: HostId
  readonly kinds: ServerMessage['type'][] = []
  table: FragmentTable | undefined
  #handlers: AgentConnectionHandlers | undefined
  #queue: string[] = []
  #isSlow = false
  #hasOverflowed = false
  #awaitsTable = false

  constructor(hostId: HostId) {
    this.hostId = hostId
  }

  get isConnected(): boolean {
    return this.#handlers !== undefined
  }

  connect(sessions: AgentSessions): void {
    this.disconnect()
    this.#queue = []
    this.#isSlow = false
    this.#hasOverflowed = false
    this.#awaitsTable = false
    const connection: AgentConnection = {
      hostId: this.hostId,
      remoteAddress: null,
      send: (text) => this.#offer(text),
      close: (end) => {
        const handlers = this.#handlers
        this.#handlers = undefined
        handlers?.onClose(end)
      },
    }
    this.#handlers = sessions.onConnection(connection)
    this.#say({ type: 'resume', asOf: this.table?.asOf ?? null })
  }

  /** The connection breaks; what was under way is lost. */
  disconnect(): void {
    const handlers = this.#handlers
    this.#handlers = undefined
    handlers?.onClose({ code: 'connection-lost', detail: 'the test broke it' })
  }

  /** It reads no more: what is sent while something waits drops what waits, as transports do. */
  slowDown(): void {
    this.#isSlow = true
  }

  /** It reads again. */
  recover(): void {
    this.#isSlow = false
    if (!this.#hasOverflowed) return
    this.read(Number.POSITIVE_INFINITY)
    this.#hasOverflowed = false
    this.#handlers?.onWritable()
  }

  /** Takes so many messages from the queue. */
  read(count: number): void {
    for (let left = count; left > 0 && this.isConnected; left -= 1) {
      const text = this.#queue.shift()
      if (text === undefined) return
      this.#take(text)
    }
  }

  #offer(text: string): 'queued' | 'overflow' {
    if (this.#hasOverflowed) return 'overflow'
    if (this.#isSlow && this.#queue.length > 0) {
      // The message that was begun is not dropped.
      this.#queue = this.#queue.slice(0, 1)
      this.#hasOverflowed = true
      return 'overflow'
    }
    this.#queue.push(text)
    return 'queued'
  }

  #take(text: string): void {
    const message = decodeWith(serverMessageCodec, JSON.parse(text))
    if (E.isLeft(message)) throw new Error(message.left.message)
    this.kinds.push(message.right.type)
    if (message.right.type === 'snapshot') {
      this.table = tableOfSnapshot(this.hostId, message.right.snapshot)
      this.#awaitsTable = false
      this.#acknowledge(this.table.asOf)
    }
    if (message.right.type === 'patch') this.#patch(message.right.patch)
    if (message.right.type === 'table-wanted') this.#sendTable()
    if (message.right.type === 'heartbeat' && this.table !== undefined && !this.#awaitsTable) {
      const { asOf } = message.right
      if (asOf.epoch === this.table.asOf.epoch && asOf.revision < this.table.asOf.revision)
        throw new Error('a heartbeat went back')
      ;(this.table as { asOf: AsOf }).asOf = asOf
    }
  }

  #patch(patch: Extract<ServerMessage, { type: 'patch' }>['patch']): void {
    if (this.table === undefined) throw new Error('a patch although nothing is held')
    const applied = applyPatch(this.table, patch)
    // Every patch fits what was sent before it; only one that answers a table may come over something newer.
    if (E.isLeft(applied)) throw new Error(JSON.stringify(applied.left))
    this.#awaitsTable = false
    this.#acknowledge(patch.asOf)
  }

  #sendTable(): void {
    this.#awaitsTable = true
    this.#say({ type: 'table', versions: this.table === undefined ? [] : [...tableVersions(this.table)] })
  }

  #acknowledge(asOf: AsOf): void {
    this.#say({ type: 'ack', asOf, outcome: 'applied', detail: null })
  }

  #say(message: AgentMessage): void {
    this.#handlers?.onMessage(JSON.stringify(message))
  }
}
