/**
 * The agent of one host: holds the config that its server sent, keeps the host as it says, and tells the server where the host is.
 * The host comes first: it is brought to the last good config before there is a server, and stays so without one.
 */
import type { AsOf, HostReport, ObservedHost, ReconcileError } from '@meshfold/core'
import { hasLiveHandshake, supportedCapabilities } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { ownEndpoints, ownPrefixes } from '../report/own-endpoints.js'
import { type AgentOptions, type AgentTiming, DEFAULT_TIMING } from './agent-options.js'
import type { AgentStatus } from './agent-status.js'
import { type Batch, ConfigKeeper } from './config-keeper.js'
import { countChanges, describeOneDrift, describeReconcileError } from './describe-failure.js'
import { differencesOf, interfaceStatus, MAX_DRIFT, peerStatuses } from './describe-status.js'
import { HostKeeper, type KeptHost } from './host-keeper.js'
import { LinkKeeper } from './link-keeper.js'
import { Turns } from './turns.js'
import { UnderlayKeeper } from './underlay-keeper.js'

/** A host's agent. */
export interface Agent {
  /** Brings the host to its last good config, then begins to connect. Resolves after the first of these. */
  readonly start: () => Promise<void>
  /** The host is looked at for it. */
  readonly status: () => Promise<AgentStatus>
  /** Ends the connection and all work, and leaves the host as it is: the mesh goes on. */
  readonly stop: () => Promise<void>
  /** Stops, and takes the interface away. */
  readonly stopAndRemove: () => Promise<E.Either<ReconcileError, void>>
}

/** Makes an agent; nothing happens before `start`. */
export function createAgent(options: AgentOptions): Agent {
  const agent = new RunningAgent(options)
  return {
    start: () => agent.start(),
    status: () => agent.status(),
    stop: () => agent.stop(),
    stopAndRemove: () => agent.stopAndRemove(),
  }
}

type Deed = 'refresh-underlay' | 'apply' | 'put-right' | 'look'

const LONGEST_DETAIL = 1000

class RunningAgent {
  readonly #options: AgentOptions
  readonly #timing: AgentTiming
  readonly #config: ConfigKeeper
  readonly #host: HostKeeper
  readonly #link: LinkKeeper
  readonly #underlay: UnderlayKeeper
  readonly #turns: Turns<Deed>
  #stops: (() => void)[] = []
  #cancelReadBack: () => void = () => {}
  #cancelRetry: () => void = () => {}
  #retryMs: number
  #failure: string | null = null
  #drift: readonly string[] = []
  #notSaved: string | null = null
  #isStarting = true

  constructor(options: AgentOptions) {
    const { clock, store, driver, membership } = options
    const { monotonicMs } = clock
    this.#options = options
    this.#timing = { ...DEFAULT_TIMING, ...options.timing }
    this.#retryMs = this.#timing.firstRetryMs
    this.#config = new ConfigKeeper({ viewer: membership.hostId, store, monotonicMs })
    this.#host = new HostKeeper({ driver, monotonicMs, onObserved: (observed) => this.#onObserved(observed) })
    this.#link = new LinkKeeper({
      ...options,
      keeper: this.#config,
      heartbeatMs: this.#timing.heartbeatMs,
      onReceived: () => this.#turns.want('apply'),
      onUpToDate: () => this.#report(),
    })
    this.#underlay = new UnderlayKeeper({
      ...options,
      timing: this.#timing,
      onGone: () => this.#turns.want('refresh-underlay'),
      onLook: () => this.#turns.want('look'),
    })
    this.#turns = new Turns<Deed>([
      ['refresh-underlay', () => this.#refreshUnderlay()],
      ['apply', () => this.#apply()],
      ['put-right', () => this.#putRight()],
      ['look', () => this.#look()],
    ])
  }

  async start(): Promise<void> {
    await this.#load()
    this.#turns.want('put-right')
    await this.#turns.settled()
    this.#isStarting = false
    this.#underlay.start()
    this.#link.open()
    const { timers } = this.#options
    this.#stops.push(timers.every(this.#timing.driftCheckMs, () => this.#turns.want('put-right')))
  }

  async status(): Promise<AgentStatus> {
    this.#turns.want('look')
    await this.#turns.settled()
    const { hostId, meshId } = this.#options.membership
    const { live, receivedAsOf, appliedAsOf } = this.#config
    return {
      host: { hostId, meshId },
      server: this.#link.status(),
      config: { received: receivedAsOf, applied: appliedAsOf, failure: this.#failure, notSaved: this.#notSaved },
      interface: interfaceStatus(this.#host.observed, live),
      peers: peerStatuses(this.#host.observed, live),
      differences: differencesOf(this.#host.observed, live),
    }
  }

  async stop(): Promise<void> {
    await this.#stopWork()
    await this.#options.driver.close()
  }

  async stopAndRemove(): Promise<E.Either<ReconcileError, void>> {
    await this.#stopWork()
    const removed = await this.#host.remove()
    await this.#options.driver.close()
    return E.isLeft(removed) ? removed : E.right(undefined)
  }

  async #stopWork(): Promise<void> {
    this.#underlay.stop()
    this.#cancelReadBack()
    this.#cancelRetry()
    for (const stop of this.#stops.splice(0)) stop()
    await this.#link.close()
    await this.#turns.close()
    await this.#config.close()
  }

  async #load(): Promise<void> {
    const { log } = this.#options
    const loaded = await this.#config.load()
    if (E.isLeft(loaded)) {
      log.error({ reason: loaded.left.reason }, 'the stored config could not be read; waiting for the server')
      return
    }
    const { asOf, damage, appliedDesired } = loaded.right
    if (damage !== null) {
      const outcome = asOf === null ? 'nothing of it is usable' : `its older part, ${asOf.revision}, is used`
      log.warn(
        { damage, asOf },
        `the stored config is damaged: ${outcome}; the server will send the rest; keys are kept`,
      )
    }
    this.#host.recall(appliedDesired)
  }

  /** Makes the host as its latest patches say. */
  async #apply(): Promise<void> {
    const batch = this.#config.takeBatch()
    if (batch === undefined) return
    await this.#save()
    const { desired } = this.#config.live
    const outcome = desired === undefined ? E.right({ executed: [] }) : await this.#host.bringTo(desired, batch)
    if (E.isLeft(outcome)) {
      this.#onFailure(outcome.left)
      return
    }
    this.#logApplied(batch, outcome.right)
    await this.#onRight(batch.asOf, outcome.right)
    this.#cancelReadBack()
    this.#cancelReadBack = this.#options.timers.after(this.#timing.readBackMs, () => this.#turns.want('put-right'))
  }

  /** Compares the whole host with its config, and puts right what differs. */
  async #putRight(): Promise<void> {
    const { log } = this.#options
    const { desired } = this.#config.live
    const asOf = this.#config.receivedAsOf
    if (desired === undefined || asOf === null) return this.#look()
    const outcome = await this.#host.putRight(desired)
    if (E.isLeft(outcome)) {
      this.#onFailure(outcome.left)
      return
    }
    const { executed } = outcome.right
    const fields = { asOf, changes: executed.length, kinds: countChanges(executed) }
    if (this.#isStarting) log.info(fields, 'last good config applied')
    else if (this.#failure !== null) log.info(fields, 'the host is as its config says again')
    else if (executed.length > 0) log.warn(fields, 'drift put right')
    await this.#onRight(asOf, outcome.right)
  }

  async #look(): Promise<void> {
    const looked = await this.#host.look()
    if (E.isLeft(looked)) this.#onFailure(looked.left)
  }

  async #refreshUnderlay(): Promise<void> {
    const refreshed = await this.#host.refreshUnderlay()
    if (E.isLeft(refreshed))
      this.#options.log.warn({ detail: describeReconcileError(refreshed.left) }, 'refresh failed')
    this.#greet()
    this.#turns.want('look')
  }

  async #onRight(asOf: AsOf, { executed }: KeptHost): Promise<void> {
    const wasFailing = this.#failure !== null
    this.#failure = null
    this.#drift = []
    this.#retryMs = this.#timing.firstRetryMs
    this.#cancelRetry()
    if (executed.some(({ kind }) => kind === 'set-listen-port')) this.#greet()
    const before = this.#config.appliedAsOf
    if (!wasFailing && before !== null && before.epoch === asOf.epoch && before.revision === asOf.revision) return
    const applied = this.#config.noteApplied(asOf)
    await this.#save()
    this.#link.session?.acknowledge(applied, 'applied', null)
  }

  #onFailure(error: ReconcileError): void {
    const detail = describeReconcileError(error).slice(0, LONGEST_DETAIL)
    const isNews = detail !== this.#failure
    this.#failure = detail
    this.#drift =
      error.code === 'did-not-converge' ? error.drift.slice(0, MAX_DRIFT).map(describeOneDrift) : [detail.slice(0, 300)]
    const asOf = this.#config.receivedAsOf
    if (isNews)
      this.#options.log.error({ asOf, code: error.code, detail }, 'the host is not as its config says; trying on')
    if (asOf !== null) this.#link.session?.acknowledge(asOf, 'failed', detail)
    this.#cancelRetry()
    this.#cancelRetry = this.#options.timers.after(this.#retryMs, () => this.#turns.want('put-right'))
    this.#retryMs = Math.min(this.#timing.driftCheckMs, this.#retryMs * 2)
  }

  #onObserved(observed: ObservedHost): void {
    const change = this.#underlay.note(observed.underlayAddresses, this.#endpointRules())
    if (change === 'gone') {
      this.#turns.want('refresh-underlay')
      this.#link.leaveOldAddress()
    } else if (change === 'came') {
      this.#link.tryNow()
    }
    if (this.#underlay.isMoving) this.#greet()
    this.#report()
  }

  #report(): void {
    const { session } = this.#link
    const { observed } = this.#host
    if (session?.isUpToDate === true && observed !== undefined) session.report(this.#reportOf(observed))
  }

  #reportOf({ underlayAddresses }: ObservedHost): HostReport {
    const { facts, driver } = this.#options
    const rules = this.#endpointRules()
    return {
      system: facts.system,
      listenPort: rules.listenPort,
      endpoints: ownEndpoints(underlayAddresses, rules),
      localPrefixes: ownPrefixes(underlayAddresses, rules),
      capabilities: supportedCapabilities(driver.capabilities),
      drift: this.#drift,
    }
  }

  #endpointRules() {
    const { declaredEndpoints, excludedPrefixes, listenPort } = this.#options.facts
    const { own } = this.#config.live
    const meshPrefixes = own?.routes.map(({ prefix }) => prefix) ?? []
    return { listenPort: own?.listenPort ?? listenPort, declaredEndpoints, excludedPrefixes, meshPrefixes }
  }

  #greet(): void {
    const { observed } = this.#host
    const { greet, clock } = this.#options
    if (greet === undefined || observed === undefined) return
    const peers = [...this.#config.live.peers.values()]
    const now = clock.nowEpochMs()
    const live = peers.filter(({ wireguardKey }) => hasLiveHandshake(observed.peers.get(wireguardKey), now))
    if (live.length > 0) greet(live.map(({ controlAddress4 }) => controlAddress4))
  }

  async #save(): Promise<void> {
    const saved = await this.#config.save()
    const problem = E.isLeft(saved) ? saved.left.reason : null
    if (problem !== null && problem !== this.#notSaved)
      this.#options.log.error(
        { reason: problem },
        'the config could not be saved; a restart would begin with an older one',
      )
    this.#notSaved = problem
  }

  #logApplied({ received }: Batch, { executed }: KeptHost): void {
    const { log, clock } = this.#options
    const nowMs = clock.monotonicMs()
    for (const { kind, asOf, fragments, kinds, atMs } of received) {
      const ms = Math.round(nowMs - atMs)
      log.info({ asOf, fragments, kinds, changes: executed.length, ms, together: received.length }, `${kind} applied`)
    }
  }
}
