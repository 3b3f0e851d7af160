import type { DesiredHost } from '@meshfold/core'
import type { AgentLog } from './agent-log.js'
import type { AgentOptions } from './agent-options.js'

export interface PortWishOptions extends Pick<AgentOptions, 'findFreePort'> {
  readonly log: AgentLog
  /** The port that the config says now. */
  readonly configured: () => number | undefined
}

/**
 * The configured port is another program's: at which one the host listens meanwhile, and which the mesh is asked for, who decides which one
 * the host gets instead. Peers that this host greets learn of it by that.
 */
export class PortWish {
  readonly #options: PortWishOptions
  /** Worth something only as long as the config says the refused port: a later one is the mesh's own decision. */
  #wish: { readonly refused: number; readonly wished: number } | undefined

  constructor(options: PortWishOptions) {
    this.#options = options
  }

  /** `undefined`: the configured one will do. */
  get port(): number | undefined {
    if (this.#options.configured() !== this.#wish?.refused) this.#wish = undefined
    return this.#wish?.wished
  }

  /** The same host, at the port that is wished for. */
  instead(desired: DesiredHost): DesiredHost {
    const { port } = this
    return port === undefined ? desired : { ...desired, listenPort: port }
  }

  /** The host would not listen there, the configured port or one wished for. Resolves with whether there is something new to ask for. */
  async refused(refused: number): Promise<boolean> {
    const { findFreePort, log, configured } = this.#options
    const wished = await findFreePort?.(refused)
    if (wished === undefined || wished === refused) return false
    // While a port was looked for, the config may have moved on, or the same wish may have been made.
    const now = configured()
    if (now === undefined || (this.port ?? now) !== refused) return false
    log.warn({ refused, wished }, 'the port is in use; listening at another, which the mesh is asked for')
    this.#wish = { refused: now, wished }
    return true
  }
}
