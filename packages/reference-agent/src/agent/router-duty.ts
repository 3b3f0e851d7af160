/** What this host is to ranges outside the mesh that it routes: whether it can serve them, and who is to know. */
import {
  type HostConfig,
  type ObservedHost,
  type PathKeeper,
  type Unservable,
  UnservableWatch,
  unservableRanges,
} from '@meshfold/core'
import type { AgentLog } from './agent-log.js'
import { type OnRouterRole, RouterRoles } from './router-roles.js'

/** Whose ranges, and what was chosen of them. */
interface Routed {
  readonly config: HostConfig
  readonly keeper: PathKeeper
}

export class RouterDuty {
  readonly #log: AgentLog
  readonly #watch = new UnservableWatch()
  readonly #roles: RouterRoles

  constructor({ log, onRouterRole }: { readonly log: AgentLog; readonly onRouterRole: OnRouterRole }) {
    this.#log = log
    this.#roles = new RouterRoles(onRouterRole)
  }

  /** The host was read. What can't be served by its own links and routes; `undefined`: nothing new. */
  look({ config, keeper }: Routed, { waysOutside }: ObservedHost, nowMs: number): Unservable | undefined {
    if (waysOutside === undefined) return undefined
    const now = this.#watch.take(unservableRanges(config, waysOutside), nowMs)
    if (JSON.stringify([...now]) === JSON.stringify([...keeper.unservable])) return undefined
    this.#log.warn({ egresses: Object.fromEntries(now) }, 'other ranges than before can not be served')
    return now
  }

  /** Something was chosen. */
  noteRoles({ config, keeper }: Routed): void {
    const isDown = (hostId: HostConfig['own']['hostId']) => keeper.health.get(hostId)?.state === 'down'
    this.#roles.note(config, keeper.chooser.chosen.vector, isDown)
  }
}
