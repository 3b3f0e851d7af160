import { describeMeshError, type RefusedWish } from '@meshfold/core'
import type { ServerLog } from '../server-log.js'

/** So many wishes are known to have been logged; then it begins anew. */
const MOST_KNOWN = 1000

/** Wishes that the rules were against, each said once: it comes again with every observation that leads to it. */
export class RefusalLog {
  readonly #serverLog: ServerLog
  readonly #known = new Set<string>()

  constructor(serverLog: ServerLog) {
    this.#serverLog = serverLog
  }

  note({ command, error }: RefusedWish): void {
    const key = JSON.stringify([{ ...command, atEpochMs: 0, evidence: null, sequence: 0 }, error.code])
    if (this.#known.has(key)) return
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    this.#known.add(key)
    const facts = { type: command.type, code: error.code, reason: describeMeshError(error) }
    this.#serverLog.warn(facts, 'observations ask for something that a rule is against; nothing came of it')
  }
}
