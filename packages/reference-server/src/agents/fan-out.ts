import { type AsOf, encodePatchMessage, type HostId, type PatchChange, patchesOfStep } from '@meshfold/core'
import type { MeshStep } from '../mesh-service/mesh-history.js'
import type { ServerLog } from '../server-log.js'
import type { AgentSession } from './agent-session.js'

/** After so many messages others get their turn: a send costs some 15 µs. */
const SENDS_PER_TURN = 500

/** Somebody who may look at what changes: a session. */
export type Viewer = Pick<AgentSession, 'awaits' | 'sendPatch' | 'close'>

/** Sends each step's changes to those who look at them, in order, a slice at a time. */
export class FanOut {
  readonly #sessions: ReadonlyMap<HostId, Viewer>
  readonly #serverLog: ServerLog
  readonly #steps: MeshStep[] = []
  #done: AsOf
  #isBusy = false

  constructor(sessions: ReadonlyMap<HostId, Viewer>, from: AsOf, serverLog: ServerLog) {
    this.#sessions = sessions
    this.#serverLog = serverLog
    this.#done = from
  }

  /** Up to where every live session was sent what concerns it. */
  get done(): AsOf {
    return this.#done
  }

  add(step: MeshStep): void {
    this.#steps.push(step)
    if (!this.#isBusy) void this.#work()
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift()) {
      if (this.#sessions.size > 0) await this.#send(step)
      this.#done = step.changes.asOf
    }
    this.#isBusy = false
  }

  async #send(step: MeshStep): Promise<void> {
    const { changes, before, after } = step
    const encode = sharedEncoder(step)
    let sent = 0
    for (const [hostId, patch] of patchesOfStep(changes, before, after)) {
      const session = this.#sessions.get(hostId)
      if (session === undefined || !session.awaits(changes.since)) continue
      try {
        session.sendPatch(changes.asOf, encode(patch))
      } catch (thrown) {
        // One host that can't be served must not keep the others from being served; it comes back with its table.
        this.#serverLog.error({ err: thrown, hostId }, 'a patch could not be made')
        session.close('closed-here', 'the server could not make a patch')
      }
      sent += 1
      if (sent % SENDS_PER_TURN === 0) await nextTurn()
    }
  }
}

/** Viewers that get the same changes get the same text, put together once. Most that do share the list itself, which may be long. */
const sharedEncoder = ({ changes }: MeshStep): ((patch: readonly PatchChange[]) => string) => {
  const numbers = new Map<PatchChange, number>()
  const numberOf = (change: PatchChange): number => {
    const known = numbers.get(change) ?? numbers.size
    numbers.set(change, known)
    return known
  }
  const texts = new Map<string, string>()
  const textOf = (patch: readonly PatchChange[]): string => {
    const key = patch.map(numberOf).join()
    const text = texts.get(key) ?? encodePatchMessage(changes.asOf, patch)
    texts.set(key, text)
    return text
  }
  const textsByList = new Map<readonly PatchChange[], string>()
  return (patch) => {
    const text = textsByList.get(patch) ?? textOf(patch)
    textsByList.set(patch, text)
    return text
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
