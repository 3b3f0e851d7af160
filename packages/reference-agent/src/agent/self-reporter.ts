import type { AsOf } from '@meshfold/core'
import type { EndpointRules } from '../report/own-endpoints.js'
import type { AgentOptions } from './agent-options.js'
import type { ConfigKeeper } from './config-keeper.js'
import { describeReverted } from './describe-status.js'
import type { HostDuty } from './host-duty.js'
import type { LinkKeeper } from './link-keeper.js'
import type { PathDuty } from './path-duty.js'
import type { ProbationKeeper } from './probation-keeper.js'
import { endpointRulesOf, reportOf } from './self-description.js'

export interface SelfReporterOptions extends Pick<AgentOptions, 'facts' | 'driver'> {
  readonly config: ConfigKeeper
  readonly duty: HostDuty
  readonly probation: ProbationKeeper
  readonly link: LinkKeeper
  readonly paths: PathDuty | undefined
}

/** Tells the server, whenever there is one, how this host is and what became of what the server sent. */
export class SelfReporter {
  readonly #options: SelfReporterOptions

  constructor(options: SelfReporterOptions) {
    this.#options = options
  }

  /** Which addresses of this host are told, and with which port. */
  endpointRules(): EndpointRules {
    const { facts, config, paths, duty } = this.#options
    const rules = endpointRulesOf(facts, config.live.config, paths?.seenAt ?? [])
    const { port } = duty.portWish
    return port === undefined ? rules : { ...rules, listenPort: port }
  }

  /** How the host is, as last observed. */
  report(): void {
    const { link, duty, config } = this.#options
    const { session } = link
    const { observed } = duty.host
    if (session?.isUpToDate !== true || observed === undefined) return
    session.report(reportOf(this.#options, observed, config.live.config, this.endpointRules(), duty.drift))
  }

  /** What was sent is, or couldn't be, put into effect. */
  acknowledge(asOf: AsOf, outcome: 'applied' | 'failed', detail: string | null): void {
    const { session } = this.#options.link
    const { reverted } = this.#options.probation
    if (outcome === 'failed' || reverted.length === 0) session?.acknowledge(asOf, outcome, detail)
    else session?.acknowledge(asOf, 'reverted', describeReverted(reverted))
  }

  /** Says once more what is in effect. */
  acknowledgeAgain(): void {
    const { appliedAsOf } = this.#options.config
    if (appliedAsOf !== null && this.#options.duty.failure === null) this.acknowledge(appliedAsOf, 'applied', null)
  }
}
