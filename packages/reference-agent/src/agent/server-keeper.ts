import type { OutsideFlow, Timers } from '@meshfold/core'
import type { LiveConfig } from './live-config.js'

/** Where the server of this host is: what goes there stays outside a full tunnel, or the tunnel could never be changed again. */
export interface ServerPlaces {
  /** As last known, also after a reboot. */
  readonly known: () => Promise<readonly OutsideFlow[]>
  /** Looks where it is now. As last known where nothing is found. */
  readonly look: () => Promise<readonly OutsideFlow[]>
}

export interface ServerKeeperOptions {
  readonly places: ServerPlaces
  readonly live: Pick<LiveConfig, 'setServers'>
  readonly timers: Timers
  readonly isConnected: () => boolean
  /** The host is to be brought to another state. */
  readonly onChanged: () => void
}

const LOOK_EVERY_MS = 30_000

/** Keeps the config told of where the server is. A connection that lives is left alone. */
export class ServerKeeper {
  readonly #options: ServerKeeperOptions
  #stop: () => void = () => {}

  constructor(options: ServerKeeperOptions) {
    this.#options = options
  }

  /** What was known is in the config once this resolves. */
  async recall(): Promise<void> {
    this.#options.live.setServers(await this.#options.places.known())
  }

  start(): void {
    const { timers, isConnected } = this.#options
    void this.#look()
    this.#stop = timers.every(LOOK_EVERY_MS, () => {
      if (!isConnected()) void this.#look()
    })
  }

  stop(): void {
    this.#stop()
  }

  async #look(): Promise<void> {
    const { places, live, onChanged } = this.#options
    if (live.setServers(await places.look())) onChanged()
  }
}
