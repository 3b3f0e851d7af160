/**
 * The agent of one host: holds the config that its server sent, keeps the host as it says, and tells the server where the host is.
 * The host comes first: it is brought to the last good config before there is a server, and stays so without one.
 */
import { type ObservedHost, PROBATION_TIMES, type ReconcileError } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { keepInMemory } from '../state/kept-file.js'
import { type AgentOptions, type AgentTiming, DEFAULT_TIMING } from './agent-options.js'
import type { AgentStatus, RevertedStatus } from './agent-status.js'
import { agentStatusOf, withoutRefused } from './agent-status-of.js'
import { ConfigKeeper } from './config-keeper.js'
import { Greeter } from './greeter.js'
import { HostDuty } from './host-duty.js'
import type { KeyAdapters } from './key-adapters.js'
import { KeyKeeper, type KeyRotation } from './key-keeper.js'
import { LinkKeeper } from './link-keeper.js'
import { logLoaded } from './log-outcomes.js'
import { PathDuty } from './path-duty.js'
import { ProbationKeeper } from './probation-keeper.js'
import { SelfReporter } from './self-reporter.js'
import { ServerKeeper, type ServerPlaces } from './server-keeper.js'
import { UnderlayKeeper } from './underlay-keeper.js'

/** A host's agent. */
export interface Agent {
  /** Brings the host to its last good config, then begins to connect. Resolves after the first of these. */
  readonly start: () => Promise<void>
  /** The host is looked at for it. */
  readonly status: () => Promise<AgentStatus>
  /** Tries once more what was taken back because it cut the host off from its server; answers what that is. */
  readonly retry: () => Promise<readonly RevertedStatus[]>
  /** Makes another WireGuard key, and waits for the mesh to know it; rejects with why it can't be. */
  readonly rotateKey: () => Promise<KeyRotation>
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
    retry: () => agent.retry(),
    rotateKey: () => agent.rotateKey(),
    stop: () => agent.stop(),
    stopAndRemove: () => agent.stopAndRemove(),
  }
}

/** How long peers have to take another key of this host before it has it. */
const KEY_GRACE_MS = 300

class RunningAgent {
  readonly #options: AgentOptions
  readonly #timing: AgentTiming
  readonly #config: ConfigKeeper
  /** `undefined`: everything goes as configured. */
  readonly #paths: PathDuty | undefined
  readonly #duty: HostDuty
  readonly #probation: ProbationKeeper
  readonly #link: LinkKeeper
  readonly #underlay: UnderlayKeeper
  readonly #greeter: Greeter
  readonly #server: ServerKeeper | undefined
  readonly #keys: KeyKeeper | undefined
  readonly #reporter: SelfReporter
  #stopChecking: () => void = () => {}
  #hasStopped = false

  constructor(options: AgentOptions) {
    const { clock, store, membership } = options
    const timing = { ...DEFAULT_TIMING, ...options.timing }
    this.#options = options
    this.#timing = timing
    this.#paths = this.#pathDuty(options)
    this.#config = new ConfigKeeper({
      viewer: membership.hostId,
      store,
      monotonicMs: clock.monotonicMs,
      paths: this.#paths,
    })
    this.#greeter = new Greeter(options, this.#config.live)
    this.#probation = new ProbationKeeper({
      ...options,
      store: options.probationStore ?? keepInMemory(),
      times: { ...PROBATION_TIMES, windowMs: timing.confirmWindowMs, silentMs: timing.serverSilentMs },
      isConnected: () => this.#link.status().connected,
      isServerLostToOthers: () => this.#paths?.isServerLostToOthers ?? false,
      onReverted: () => void this.#putRight().then(() => this.#link.tryNow()),
      onTriedAgain: () => void this.#putRight().then(() => this.#reporter.acknowledgeAgain()),
    })
    this.#duty = new HostDuty({
      ...options,
      timing,
      config: this.#config,
      probation: this.#probation,
      onObserved: (observed) => this.#onObserved(observed),
      onMoved: () => this.#greeter.greetLive(this.#duty.host.observed),
      onReborn: () => this.#greeter.greetAll(),
      takeTries: () => this.#paths?.takeTries() ?? [],
      onTried: (tries) => this.#greeter.greet(tries.map(({ hostId }) => hostId)),
      onPortWished: () => this.#reporter.report(),
      onOutcome: (asOf, outcome, detail) => this.#reporter.acknowledge(asOf, outcome, detail),
    })
    this.#link = new LinkKeeper({
      ...options,
      keeper: this.#config,
      heartbeatMs: timing.heartbeatMs,
      onHeard: () => {
        this.#probation.heard()
        this.#paths?.serverHeard()
      },
      onEnded: (end) => {
        this.#probation.ended(end)
        this.#paths?.serverChanged()
      },
      onReceived: () => this.#onReceived(),
      onUpToDate: () => this.#onUpToDate(),
      onRelayProbeWanted: (wanted) => this.#paths?.wants(wanted),
      onKeyMessage: (message) => this.#keys?.take(message),
    })
    this.#underlay = new UnderlayKeeper({
      ...options,
      timing,
      onGone: () => this.#duty.want('refresh-underlay'),
      onMoving: () => this.#greeter.greetLive(this.#duty.host.observed),
      onOwnInterfaceGone: () => this.#duty.want('put-right'),
      onLook: () => this.#duty.want('look'),
    })
    this.#reporter = new SelfReporter({
      ...options,
      config: this.#config,
      duty: this.#duty,
      probation: this.#probation,
      link: this.#link,
      paths: this.#paths,
    })
    this.#keys = options.keyRotation && this.#keyKeeper(options.keyRotation)
    this.#server = options.serverPlaces && this.#serverKeeper(options.serverPlaces)
  }

  async start(): Promise<void> {
    await this.#load()
    await this.#server?.recall()
    this.#duty.want('put-right')
    await this.#duty.settled()
    if (this.#hasStopped) return
    this.#underlay.start()
    this.#link.open()
    this.#server?.start()
    this.#keys?.start()
    this.#stopChecking = this.#options.timers.every(this.#timing.driftCheckMs, () => this.#duty.want('put-right'))
  }

  async status(): Promise<AgentStatus> {
    this.#duty.want('look')
    await this.#duty.settled()
    return agentStatusOf({
      options: this.#options,
      config: this.#config,
      duty: this.#duty,
      probation: this.#probation,
      nextWireguardKey: this.#keys?.next ?? null,
      server: this.#link.status(),
      paths: this.#paths?.status() ?? null,
    })
  }

  async retry(): Promise<readonly RevertedStatus[]> {
    const tried = await this.#probation.retry()
    if (tried.length > 0) {
      await this.#putRight()
      this.#reporter.acknowledgeAgain()
    }
    return tried.map(withoutRefused)
  }

  async rotateKey(): Promise<KeyRotation> {
    if (this.#keys === undefined) throw new Error('this agent changes no keys')
    return this.#keys.rotate()
  }

  async stop(): Promise<void> {
    await this.#stopWork()
    await this.#options.driver.close()
  }

  async stopAndRemove(): Promise<E.Either<ReconcileError, void>> {
    await this.#stopWork()
    const removed = await this.#duty.host.remove()
    await this.#options.driver.close()
    return removed
  }

  #keyKeeper(adapters: KeyAdapters): KeyKeeper {
    return new KeyKeeper({
      ...this.#options,
      ...adapters,
      configured: () => this.#config.live.own?.wireguardKey,
      say: (message) => {
        const { session } = this.#link
        if (session?.isUpToDate !== true) return false
        session.sayOfKey(message)
        return true
      },
    })
  }

  #serverKeeper(places: ServerPlaces): ServerKeeper {
    return new ServerKeeper({
      places,
      live: this.#config.live,
      timers: this.#options.timers,
      isConnected: () => this.#link.session !== undefined,
      onChanged: () => this.#duty.want('put-right'),
    })
  }

  #pathDuty({ paths, ...options }: AgentOptions): PathDuty | undefined {
    if (paths === undefined) return undefined
    return new PathDuty({
      ...options,
      adapters: paths,
      table: () => this.#config.table,
      observed: () => this.#duty.host.observed,
      onMoved: (hosts) => {
        this.#config.takePaths(hosts)
        this.#duty.want('apply')
      },
      settled: () => this.#duty.settled(),
      say: (observations) => this.#link.session?.observe(observations),
      onLook: () => this.#duty.want('look-at-peers'),
      onTry: () => this.#duty.want('try-endpoints'),
      onSeen: () => this.#reporter.report(),
      endpointRules: () => this.#reporter.endpointRules(),
      isServerLost: () => this.#probation.isServerSilent,
      isServerInDoubt: () => this.#probation.isInDoubt,
      onRouterRole: options.onRouterRole ?? (() => {}),
    })
  }

  async #putRight(): Promise<void> {
    this.#duty.want('put-right')
    await this.#duty.settled()
  }

  async #stopWork(): Promise<void> {
    this.#hasStopped = true
    this.#underlay.stop()
    this.#server?.stop()
    this.#keys?.stop()
    this.#stopChecking()
    this.#greeter.cancel()
    this.#probation.close()
    await this.#link.close()
    await this.#paths?.close()
    await this.#duty.close()
    await this.#config.close()
  }

  async #load(): Promise<void> {
    await this.#paths?.load()
    await this.#keys?.load()
    await this.#probation.load()
    const loaded = await this.#config.load()
    logLoaded(this.#options.log, loaded)
    if (E.isRight(loaded)) this.#duty.host.recall(loaded.right.appliedDesired)
  }

  /** Peers are told at the same moment of this host's other key: what it sends before they know it is lost, and WireGuard waits 5 s. */
  #onReceived(): void {
    const { timers } = this.#options
    const isSwitchAhead = this.#keys?.isSwitchAhead(this.#duty.host.observed?.interface?.publicKey) === true
    if (isSwitchAhead) timers.after(KEY_GRACE_MS, () => this.#duty.want('apply'))
    else this.#duty.want('apply')
  }

  #onObserved(observed: ObservedHost): void {
    this.#underlay.noteInterface(observed)
    if (this.#duty.notSaved === null) this.#keys?.observed(observed.interface?.publicKey)
    this.#paths?.noteObserved(observed)
    const change = this.#underlay.note(observed.underlayAddresses, this.#reporter.endpointRules())
    if (change === 'gone') {
      this.#duty.want('refresh-underlay')
      this.#link.leaveOldAddress()
    } else if (change === 'came') {
      this.#link.tryNow()
    }
    if (change !== 'same') this.#paths?.networkChanged()
    if (this.#underlay.isOtherWay(observed.underlayMtu)) this.#duty.followWay()
    if (this.#underlay.isMoving) this.#greeter.greetLive(observed)
    this.#reporter.report()
  }

  #onUpToDate(): void {
    this.#reporter.report()
    this.#keys?.upToDate()
    // What was reverted was so while there was nobody to tell.
    if (this.#probation.reverted.length > 0) this.#reporter.acknowledgeAgain()
    this.#paths?.sayAll()
  }
}
