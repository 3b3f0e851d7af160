import type { HostDriver } from '@meshfold/core'
import type { ConfigStore } from '../../src/state/config-store.js'

/** When a process dies: at its `step`th call to the outside, before or after that has had its effect. */
export interface Death {
  readonly step: number
  readonly effect: 'none' | 'done'
}

/** The outside of a process that dies: from then on no call comes back, as when nobody is there any more. */
export class MortalProcess {
  calls = 0
  #isDead = false
  readonly #death: Death | undefined

  constructor(death?: Death) {
    this.#death = death
  }

  get isDead(): boolean {
    return this.#isDead
  }

  die(): void {
    this.#isDead = true
  }

  driver(driver: HostDriver): HostDriver {
    return {
      capabilities: driver.capabilities,
      observe: () => this.#call(() => driver.observe()),
      execute: (change) => this.#call(() => driver.execute(change)),
      close: () => this.#call(() => driver.close()),
    }
  }

  store(store: ConfigStore): ConfigStore {
    return {
      load: () => this.#call(() => store.load()),
      append: (entries) => this.#call(() => store.append(entries)),
      rewrite: (entries) => this.#call(() => store.rewrite(entries)),
      close: () => this.#call(() => store.close()),
    }
  }

  async #call<A>(deed: () => Promise<A>): Promise<A> {
    this.calls++
    const isLast = !this.#isDead && this.calls === this.#death?.step
    if (isLast) this.#isDead = true
    if (!this.#isDead) return deed()
    if (isLast && this.#death?.effect === 'done') await deed()
    return new Promise(() => {})
  }
}
