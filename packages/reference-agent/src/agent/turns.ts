/**
 * One deed at a time: a host is never changed by two hands. Deeds that are wanted wait for their turn, the more urgent first, each
 * once however often it was wanted.
 */
export class Turns<Deed extends string> {
  readonly #deeds: readonly (readonly [Deed, () => Promise<void>])[]
  readonly #wanted = new Set<Deed>()
  #working: Promise<void> | undefined
  #isClosed = false

  /** In order of urgency. A deed must not throw. */
  constructor(deeds: readonly (readonly [Deed, () => Promise<void>])[]) {
    this.#deeds = deeds
  }

  want(deed: Deed): void {
    if (this.#isClosed) return
    this.#wanted.add(deed)
    this.#working ??= this.#work()
  }

  /** Whether one waits for its turn. */
  isWaiting(deed: Deed): boolean {
    return this.#wanted.has(deed)
  }

  /** Resolves when nothing is wanted any more. */
  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working
  }

  /** Nothing new is begun; resolves when the present deed is done. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#wanted.clear()
    await this.#working
  }

  async #work(): Promise<void> {
    // Whoever wants several things at once shall have said them all before the first begins.
    await Promise.resolve()
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#wanted.delete(next[0])
      await next[1]()
    }
    this.#working = undefined
  }

  #next(): readonly [Deed, () => Promise<void>] | undefined {
    return this.#deeds.find(([deed]) => this.#wanted.has(deed))
  }
}
