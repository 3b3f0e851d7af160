/**
 * Brings one host to what is desired, through its driver, and knows what the host is like between observations. One call at a time.
 */
import {
  applyHostChanges,
  type DesiredHost,
  type DesiredPeer,
  type EndpointTry,
  executePlan,
  type HostChange,
  type HostDriver,
  type HostDriverError,
  type IpPrefix,
  type ObservedHost,
  planChanges,
  planPeerChanges,
  type ReconcileError,
  type ReconcileReport,
  reconcile,
  type WireguardPublicKey,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { attentiveDriver } from './attentive-driver.js'
import { dependsOnPeers, isOfPeer, withoutAwaited } from './awaited-peers.js'
import { wasGivenUp } from './giving-way.js'
import type { ConfigStep } from './live-config.js'

/** What was done. */
export interface KeptHost extends Pick<ReconcileReport, 'executed'> {
  /** Peers that are about to come from another port by themselves; one that doesn't is written at the next read-back. */
  readonly awaited: number
}

/**
 * Peers move by themselves, and come to life. Before a step that depends on where they are, the host is looked at again, unless
 * that was so recently.
 */
const FRESH_MS = 250
/** A step that changes more peers than that is cheaper by comparing the whole host. */
const MANY_PEERS = 500

export class HostKeeper {
  readonly #driver: HostDriver
  readonly #monotonicMs: () => number
  readonly #onObserved: (observed: ObservedHost) => void
  #observed: ObservedHost | undefined
  #observedAtMs = Number.NEGATIVE_INFINITY
  /** What the host was brought to; its peers map is this class's own. */
  #applied: (DesiredHost & { readonly peers: Map<WireguardPublicKey, DesiredPeer> }) | undefined
  /** Everything is known to be as applied; false after a failure: then the whole host is compared. */
  #isSound = false

  constructor(options: {
    readonly driver: HostDriver
    readonly monotonicMs: () => number
    /** Ranges outside the mesh that this host routes. */
    readonly rangesOutside: () => readonly IpPrefix[]
    /** Each time the host was read. */
    readonly onObserved: (observed: ObservedHost) => void
  }) {
    this.#driver = attentiveDriver(options.driver, options.rangesOutside)
    this.#monotonicMs = options.monotonicMs
    this.#onObserved = options.onObserved
  }

  /** The host as last read, with what was done to it since. */
  get observed(): ObservedHost | undefined {
    return this.#observed
  }

  /** An earlier run brought the host to this. */
  recall(applied: DesiredHost | undefined): void {
    this.#applied = applied && { ...applied, peers: new Map(applied.peers) }
  }

  /** Reads the host; `isGivenUp` as the driver has it. */
  async look(isGivenUp?: () => boolean): Promise<E.Either<ReconcileError, ObservedHost>> {
    const observed = await this.#read(isGivenUp)
    if (E.isRight(observed)) this.#see(observed.right)
    return observed
  }

  /** Reads who the peers are and how they are doing; the whole host only where the driver can't tell without. */
  async lookAtPeers(): Promise<E.Either<ReconcileError, ObservedHost>> {
    const known = this.#observed
    if (known?.interface === undefined) return this.look()
    const seen = await this.#driver.observeTunnel?.()
    if (seen === undefined) return this.look()
    if (E.isLeft(seen)) return notLooked(seen.left)
    if (seen.right === undefined) return this.look()
    const { listenPort, ...tunnel } = seen.right
    const observed = { ...known, ...tunnel, interface: { ...known.interface, listenPort } }
    this.#see(observed)
    return E.right(observed)
  }

  /** Carries out what a step of the config changed, at a cost that grows with the step. */
  async bringTo(desired: DesiredHost, step: ConfigStep): Promise<E.Either<ReconcileError, KeptHost>> {
    const isSmall = step.changedPeers.size <= MANY_PEERS
    if (!isSmall || !this.#isSound || this.#observed?.interface === undefined) return this.putRight(desired)
    let plan = this.#plan(desired, step)
    if (this.#monotonicMs() - this.#observedAtMs > FRESH_MS && dependsOnPeers(plan, this.#observed)) {
      const looked = await this.lookAtPeers()
      if (E.isLeft(looked)) return looked
      if (looked.right.interface === undefined) return this.putRight(desired)
      plan = this.#plan(desired, step)
    }
    const { steps, awaited } = withoutAwaited(plan, this.#observed)
    // Taken now: the map that `desired` holds may move on while steps are carried out. An awaited peer stays as it was applied, so
    // that its old endpoint is known to be withdrawn later too.
    const keys = [...step.changedPeers].filter((key) => !awaited.has(key))
    const peers = keys.map((key) => [key, desired.peers.get(key)] as const)
    const executed: HostChange[] = []
    const failed = await executePlan(this.#driver, steps, executed)
    this.#noteExecuted(executed)
    if (failed !== undefined) {
      this.#isSound = false
      return E.left({ code: 'step-failed', ...failed, executed, observed: undefined })
    }
    this.#noteApplied(desired, peers)
    return E.right({ executed, awaited: awaited.size })
  }

  /** Compares the whole host, puts right what differs, and reads it back. Until something differs, it may be given up. */
  async putRight(desired: DesiredHost, isGivenUp?: () => boolean): Promise<E.Either<ReconcileError, KeptHost>> {
    const target = { ...desired, peers: new Map(desired.peers) }
    const observed = await this.#read(isGivenUp)
    if (E.isLeft(observed)) {
      // Of a look that was given up, nothing follows.
      this.#isSound &&= wasGivenUp(observed.left)
      return observed
    }
    const context = { previousDesired: this.#applied, observed: observed.right }
    const outcome = await reconcile(this.#driver, target, context)
    this.#isSound = E.isRight(outcome)
    if (E.isRight(outcome)) this.#applied = target
    const seen = E.isRight(outcome)
      ? outcome.right.observed
      : outcome.left.code === 'observe-failed'
        ? undefined
        : outcome.left.observed
    if (seen !== undefined) this.#see(seen)
    return E.isLeft(outcome) ? outcome : E.right({ executed: outcome.right.executed, awaited: 0 })
  }

  /** Compares the peers and puts right what differs of them; the whole host where that is not enough. */
  async putPeersRight(desired: DesiredHost): Promise<E.Either<ReconcileError, KeptHost>> {
    if (!this.#isSound) return this.putRight(desired)
    const target = { ...desired, peers: new Map(desired.peers) }
    const executed: HostChange[] = []
    for (let look = 0; look < 2; look += 1) {
      const looked = await this.lookAtPeers()
      if (E.isLeft(looked)) return looked
      const plan = planChanges(looked.right, target, { previousDesired: this.#applied })
      if (plan.length === 0) {
        this.#applied = target
        return E.right({ executed, awaited: 0 })
      }
      if (!plan.every(isOfPeer) || (await executePlan(this.#driver, plan, executed)) !== undefined) break
    }
    const whole = await this.putRight(desired)
    return E.isLeft(whole) ? whole : E.right({ ...whole.right, executed: [...executed, ...whole.right.executed] })
  }

  /** Makes these peers anew, each at another endpoint: WireGuard begins a handshake there at once. */
  async tryEndpoints(tries: readonly EndpointTry[]): Promise<E.Either<ReconcileError, void>> {
    const steps = tries.flatMap(({ wireguardKey, endpoint }): readonly HostChange[] => {
      const peer = this.#applied?.peers.get(wireguardKey)
      if (peer === undefined || this.#observed?.peers.has(wireguardKey) !== true) return []
      const { publicKey, allowedIps, keepaliveSeconds } = peer
      return [
        { kind: 'remove-peer', publicKey },
        { kind: 'set-peer', publicKey, allowedIps, keepaliveSeconds, endpoint },
      ]
    })
    const executed: HostChange[] = []
    const failed = await executePlan(this.#driver, steps, executed)
    this.#noteExecuted(executed)
    if (failed === undefined) return E.right(undefined)
    this.#isSound = false
    return E.left({ code: 'step-failed', ...failed, executed, observed: undefined })
  }

  /** Makes WireGuard forget addresses that this host no longer has. Without an interface there is nothing to forget. */
  async refreshUnderlay(): Promise<E.Either<ReconcileError, void>> {
    if (this.#observed?.interface === undefined) return E.right(undefined)
    const change: HostChange = { kind: 'refresh-underlay' }
    const done = await this.#driver.execute(change)
    return E.isRight(done)
      ? done
      : E.left({ code: 'step-failed', change, cause: done.left, executed: [], observed: undefined })
  }

  /** Takes the interface away, with everything on it. */
  async remove(): Promise<E.Either<ReconcileError, void>> {
    this.#applied = undefined
    this.#isSound = false
    const outcome = await reconcile(this.#driver, undefined)
    if (E.isLeft(outcome)) return outcome
    this.#see(outcome.right.observed)
    return E.right(undefined)
  }

  #plan(desired: DesiredHost, { changedPeers, isOwnChanged }: ConfigStep): readonly HostChange[] {
    const context = { previousDesired: this.#applied }
    if (this.#observed === undefined) return []
    return isOwnChanged
      ? planChanges(this.#observed, desired, { ...context, changedPeers })
      : planPeerChanges(this.#observed, desired, changedPeers, context)
  }

  async #read(isGivenUp: (() => boolean) | undefined): Promise<E.Either<ReconcileError, ObservedHost>> {
    const observed = await this.#driver.observe(isGivenUp && { isGivenUp })
    return E.isLeft(observed) ? notLooked(observed.left) : observed
  }

  #see(observed: ObservedHost): void {
    this.#observed = observed
    this.#observedAtMs = this.#monotonicMs()
    this.#onObserved(observed)
  }

  #noteExecuted(executed: readonly HostChange[]): void {
    const { name, implementation } = this.#observed?.interface ?? {}
    if (this.#observed === undefined || name === undefined || implementation === undefined) return
    this.#observed = applyHostChanges(this.#observed, executed, { name, implementation })
  }

  #noteApplied(desired: DesiredHost, peers: readonly (readonly [WireguardPublicKey, DesiredPeer | undefined])[]): void {
    const applied = this.#applied?.peers ?? new Map<WireguardPublicKey, DesiredPeer>()
    for (const [key, peer] of peers) {
      if (peer === undefined) applied.delete(key)
      else applied.set(key, peer)
    }
    this.#applied = { ...desired, peers: applied }
  }
}

const notLooked = (cause: HostDriverError): E.Either<ReconcileError, never> =>
  E.left({ code: 'observe-failed', cause, executed: [] })
