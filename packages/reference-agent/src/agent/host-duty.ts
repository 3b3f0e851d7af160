/**
 * The duty towards the host: make it as its config says, after each patch at a cost that grows with the patch, and put right what
 * others change. One deed at a time, the more urgent first.
 */
import type { AsOf, DesiredHost, EndpointTry, ObservedHost, ReconcileError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { AgentLog } from './agent-log.js'
import type { AgentOptions, AgentTiming } from './agent-options.js'
import type { ConfigKeeper } from './config-keeper.js'
import { describeOneDrift, describeReconcileError } from './describe-failure.js'
import { MAX_DRIFT } from './describe-status.js'
import { GivingWay } from './giving-way.js'
import { HostKeeper, type KeptHost } from './host-keeper.js'
import { logApplied, logPutRight, type Occasion } from './log-outcomes.js'
import { PortWish } from './port-wish.js'
import type { ProbationKeeper } from './probation-keeper.js'
import { ReadBack } from './read-back.js'
import { Turns } from './turns.js'

export interface HostDutyOptions extends Pick<AgentOptions, 'driver' | 'clock' | 'timers' | 'findFreePort'> {
  readonly log: AgentLog
  readonly timing: AgentTiming
  readonly config: ConfigKeeper
  readonly probation: ProbationKeeper
  /** Each time the host was read. */
  readonly onObserved: (observed: ObservedHost) => void
  /** This host sends from elsewhere than before: peers are to be told. */
  readonly onMoved: () => void
  /**
   * The interface had to be made anew, for a config that peers know, or has another key: what they send is for a session that is no more.
   */
  readonly onReborn: () => void
  /** Which peers are to be made anew, each at another endpoint; asked after a look. */
  readonly takeTries: () => readonly EndpointTry[]
  readonly onTried: (tries: readonly EndpointTry[]) => void
  /** The host listens at another port than its config says, and would like to keep it. */
  readonly onPortWished: () => void
  /** The host is, or is not, as everything up to there says. */
  readonly onOutcome: (asOf: AsOf, outcome: 'applied' | 'failed', detail: string | null) => void
}

type Deed = 'refresh-underlay' | 'apply' | 'put-right' | 'put-peers-right' | 'try-endpoints' | 'look' | 'look-at-peers'

const LONGEST_DETAIL = 1000
/** Steps in which a host begins to listen. */
const LISTENING_STEPS: ReadonlySet<string> = new Set(['create-interface', 'set-listen-port', 'bring-up'])

export class HostDuty {
  readonly host: HostKeeper
  readonly portWish: PortWish
  readonly #options: HostDutyOptions
  readonly #turns: Turns<Deed>
  readonly #readBack: ReadBack
  readonly #givingWay: GivingWay
  #retryMs: number
  #cancelRetry: () => void = () => {}
  #failure: string | null = null
  #drift: readonly string[] = []
  #notSaved: string | null = null
  /** What the next comparison of the whole host is for. */
  #occasion: Occasion = 'start'

  constructor(options: HostDutyOptions) {
    const { driver, clock, timers, timing, config, onObserved } = options
    this.#options = options
    this.#retryMs = timing.firstRetryMs
    this.portWish = new PortWish({ ...options, configured: () => config.live.own?.listenPort })
    const rangesOutside = () => config.live.config?.routing.flatMap(({ ranges }) => ranges) ?? []
    this.host = new HostKeeper({ driver, monotonicMs: clock.monotonicMs, rangesOutside, onObserved })
    this.#readBack = new ReadBack({ timers, clock, deed: (deed) => this.want(deed) })
    this.#turns = new Turns<Deed>([
      ['refresh-underlay', () => this.#refreshUnderlay()],
      ['apply', () => this.#apply()],
      ['put-right', () => this.#putRight('put-right')],
      ['put-peers-right', () => this.#putRight('put-peers-right')],
      ['try-endpoints', () => this.#tryEndpoints()],
      ['look', () => this.#look()],
      ['look-at-peers', () => this.#note(this.host.lookAtPeers())],
    ])
    const isUrgentWaiting = () => this.#turns.isWaiting('apply') || this.#turns.isWaiting('refresh-underlay')
    this.#givingWay = new GivingWay(clock, isUrgentWaiting)
  }

  want(deed: Deed): void {
    this.#turns.want(deed)
  }

  /** The way to peers takes other sizes than before: what follows from that is no drift. */
  followWay(): void {
    if (this.#occasion === 'routine') this.#occasion = 'another way to peers'
    this.want('put-right')
  }

  /** Resolves when nothing is to be done any more. */
  settled(): Promise<void> {
    return this.#turns.settled()
  }

  /** Begins nothing new; resolves when the present deed is done. */
  async close(): Promise<void> {
    this.#readBack.cancel()
    this.#cancelRetry()
    await this.#turns.close()
  }

  /** Why the host is not as its config says; `null`: it is. */
  get failure(): string | null {
    return this.#failure
  }

  /** What of it could not be put right. */
  get drift(): readonly string[] {
    return this.#drift
  }

  /** Why the config can't be kept on disk; `null`: it is. */
  get notSaved(): string | null {
    return this.#notSaved
  }

  /** Makes the host as its latest patches say. */
  async #apply(): Promise<void> {
    const { config, timing, log, clock } = this.#options
    const batch = config.takeBatch()
    if (batch === undefined) return
    // First what could be taken back, then what was received: a crash in between finds nothing that it can't undo.
    await this.#beginProbation(batch.asOf)
    await this.#save()
    const desired = this.#desired()
    const outcome =
      desired === undefined ? E.right({ executed: [], awaited: 0 }) : await this.host.bringTo(desired, batch)
    if (E.isLeft(outcome)) {
      this.#onFailure(outcome.left, desired)
      return
    }
    logApplied(log, batch, outcome.right, clock.monotonicMs())
    await this.#onSuccess(batch.asOf, outcome.right, batch.received.length > 0 ? 'tell' : 'tell if new')
    const { executed, awaited } = outcome.right
    if (awaited === 0) {
      this.#readBack.want(executed, timing.readBackMs)
    } else {
      this.#occasion = 'awaited peers'
      this.#readBack.wantBy(executed, timing.roamGraceMs)
    }
  }

  /** Compares the host, or its peers alone, with its config, and puts right what differs. */
  async #putRight(deed: 'put-right' | 'put-peers-right'): Promise<void> {
    const asOf = this.#options.config.receivedAsOf
    const occasion = this.#occasion
    this.#occasion = 'routine'
    if (asOf !== null) await this.#beginProbation(asOf)
    const desired = this.#desired()
    if (desired === undefined || asOf === null) {
      await this.#look()
      return
    }
    const isWhole = deed === 'put-right'
    const outcome = await (isWhole
      ? this.host.putRight(desired, this.#givingWay.isGivenUp)
      : this.host.putPeersRight(desired))
    if (isWhole && this.#givingWay.gaveWay(outcome)) {
      this.#occasion = occasion
      this.want(deed)
      return
    }
    if (E.isLeft(outcome)) {
      this.#onFailure(outcome.left, desired)
      return
    }
    logPutRight(this.#options.log, asOf, outcome.right, this.#failure === null ? occasion : 'after a failure')
    if (outcome.right.executed.some(({ kind }) => kind === 'create-interface')) this.#options.onReborn()
    await this.#onSuccess(asOf, outcome.right, 'tell if new')
  }

  async #beginProbation(asOf: AsOf): Promise<void> {
    const { config, probation } = this.#options
    if (config.live.desired !== undefined) await probation.begin(config.live.desired, asOf)
  }

  /** What is to be put into effect now. */
  #desired(): DesiredHost | undefined {
    const { config, probation } = this.#options
    return config.live.desired && this.portWish.instead(probation.narrowed(config.live.desired))
  }

  async #look(): Promise<void> {
    const looked = await this.host.look(this.#givingWay.isGivenUp)
    if (this.#givingWay.gaveWay(looked)) this.want('look')
    else if (E.isLeft(looked)) this.#onFailure(looked.left)
  }

  async #note(look: ReturnType<HostKeeper['look']>): Promise<void> {
    const looked = await look
    if (E.isLeft(looked)) this.#onFailure(looked.left)
  }

  async #tryEndpoints(): Promise<void> {
    await this.#note(this.host.lookAtPeers())
    const { takeTries, onTried, log } = this.#options
    const tries = takeTries()
    if (tries.length === 0) return
    const tried = await this.host.tryEndpoints(tries)
    if (E.isLeft(tried)) {
      this.#onFailure(tried.left)
      return
    }
    log.debug({ tries: tries.map(({ hostId, endpoint }) => `${hostId} at ${endpoint}`) }, 'trying endpoints')
    onTried(tries)
  }

  async #refreshUnderlay(): Promise<void> {
    const refreshed = await this.host.refreshUnderlay()
    if (E.isLeft(refreshed)) {
      const detail = describeReconcileError(refreshed.left)
      this.#options.log.warn({ detail }, 'WireGuard could not be told that an address is gone')
    }
    this.#options.onMoved()
    this.want('look')
  }

  async #onSuccess(asOf: AsOf, { executed }: KeptHost, telling: 'tell' | 'tell if new'): Promise<void> {
    const { config, timing, onMoved, onReborn, onOutcome } = this.#options
    const isNew = this.#failure !== null || !config.isApplied(asOf)
    this.#failure = null
    this.#drift = []
    this.#retryMs = timing.firstRetryMs
    this.#cancelRetry()
    if (executed.some(({ kind }) => kind === 'set-listen-port')) {
      onMoved()
      // Who follows from the port where others see this host wants to know at once.
      this.want('look-at-peers')
    }
    if (executed.some(({ kind }) => kind === 'set-private-key')) onReborn()
    const applied = isNew ? config.noteApplied(asOf) : asOf
    await this.#save()
    if (isNew || telling === 'tell') onOutcome(applied, 'applied', null)
  }

  /** `desired`: what was tried; the config may have moved on meanwhile. */
  #onFailure(error: ReconcileError, desired?: DesiredHost): void {
    const { config, log, timers, timing, onOutcome } = this.#options
    const detail = describeReconcileError(error).slice(0, LONGEST_DETAIL)
    const asOf = config.receivedAsOf
    const isNews = detail !== this.#failure
    if (isNews) log.error({ asOf, code: error.code, detail }, 'the host is not as its config says; trying on')
    if (asOf !== null) onOutcome(asOf, 'failed', detail)
    this.#failure = detail
    const drift = error.code === 'did-not-converge' ? error.drift.slice(0, MAX_DRIFT).map(describeOneDrift) : [detail]
    this.#drift = drift.map((text) => text.slice(0, 300))
    if (desired !== undefined && error.code === 'step-failed' && LISTENING_STEPS.has(error.change.kind)) {
      void this.#portRefused(desired.listenPort)
    }
    this.#cancelRetry()
    this.#cancelRetry = timers.after(this.#retryMs, () => this.want('put-right'))
    this.#retryMs = Math.min(timing.driftCheckMs, this.#retryMs * 2)
  }

  async #portRefused(port: number): Promise<void> {
    if (!(await this.portWish.refused(port))) return
    this.want('put-right')
    this.#options.onPortWished()
  }

  async #save(): Promise<void> {
    const saved = await this.#options.config.save()
    const problem = E.isLeft(saved) ? saved.left.reason : null
    if (problem !== null && problem !== this.#notSaved) {
      const words = 'the config could not be saved; a restart would begin with an older one'
      this.#options.log.error({ reason: problem }, words)
    }
    this.#notSaved = problem
  }
}
