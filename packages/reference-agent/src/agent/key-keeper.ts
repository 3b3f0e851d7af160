/**
 * Gives this host another WireGuard key (A11): makes it, shows it to the server, and forgets the old one once the interface has the new
 * one. Which key the interface has, the config says; what was lost on the way is asked for again.
 */
import {
  type Clock,
  type HeldKeys,
  type KeyChallenge,
  type KeyMessageOfAgent,
  type KeyMessageOfServer,
  type KeyRefused,
  type KeyStep,
  keyStepOf,
  proveKey,
  type Timers,
  type WireguardPublicKey,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { KeyRingError } from '../enrollment/key-ring.js'
import type { AgentLog } from './agent-log.js'
import type { Membership } from './agent-options.js'
import type { KeyAdapters } from './key-adapters.js'

export interface KeyKeeperOptions extends KeyAdapters {
  readonly membership: Membership
  readonly clock: Clock
  readonly timers: Timers
  readonly log: AgentLog
  /** The key that the host's config names. */
  readonly configured: () => WireguardPublicKey | undefined
  /** To a server that has told what was missing; false: there is none. */
  readonly say: (message: KeyMessageOfAgent) => boolean
}

/** What came of a wish for another key. */
export interface KeyRotation {
  readonly wireguardKey: WireguardPublicKey
  /** `rotated`: the interface has it. `waiting`: it is made, and is in effect once the server has been told. */
  readonly state: 'rotated' | 'waiting'
}

const LOOKED_EVERY_MS = 1000
const OFFERED_EVERY_MS = 5000
const REFUSED_FOR_MS = 30_000
/** Shorter than a command waits for its agent. */
const ANSWER_MS = 20_000

type Ending = 'settled' | 'waiting' | { readonly refused: string }

export class KeyKeeper {
  readonly #options: KeyKeeperOptions
  #held: HeldKeys | undefined
  #working: Promise<unknown> = Promise.resolve()
  #notBeforeMs = Number.NEGATIVE_INFINITY
  /** It won't be taken, ever. */
  #hopeless: WireguardPublicKey | undefined
  #isSettling = false
  #waiting: ((ending: Ending) => void)[] = []
  #stopOffering: () => void = () => {}

  constructor(options: KeyKeeperOptions) {
    this.#options = options
  }

  async load(): Promise<void> {
    const { ring, log } = this.#options
    const held = await ring.load()
    if (E.isRight(held)) this.#held = held.right
    else log.error({ ...held.left }, "this host's keys can't be read; they stay as they are")
  }

  start(): void {
    this.#stopOffering = this.#options.timers.every(LOOKED_EVERY_MS, () => this.#offer())
  }

  stop(): void {
    this.#stopOffering()
    this.#end('waiting')
  }

  /** A key that waits for the server; `null`: nothing is being changed. */
  get next(): WireguardPublicKey | null {
    return this.#held?.next ?? null
  }

  /** Whether the config names a key that this interface doesn't have yet. */
  isSwitchAhead(interfaceKey: WireguardPublicKey | undefined): boolean {
    const { next } = this
    return next !== null && interfaceKey !== undefined && interfaceKey !== next && this.#options.configured() === next
  }

  /** The server has told what was missing. */
  upToDate(): void {
    this.#notBeforeMs = Number.NEGATIVE_INFINITY
    this.#offer()
  }

  /** The host was read, and its config is on disk. */
  observed(interfaceKey: WireguardPublicKey | undefined): void {
    const step = this.#step()
    if (step.kind !== 'settle' || interfaceKey !== step.wireguardKey || this.#isSettling) return
    this.#isSettling = true
    void this.#inTurn(() => this.#settle())
  }

  take(message: KeyMessageOfServer): void {
    if (message.type === 'rotate-key') void this.#inTurn(() => this.#makeNext())
    if (message.type === 'key-challenge') void this.#inTurn(() => this.#prove(message.challenge))
    if (message.type === 'key-refused') void this.#inTurn(() => this.#takeRefusal(message))
  }

  /** Makes another key, and waits until the host has it, unless there is no server to tell. Rejects with why it can't be. */
  async rotate(): Promise<KeyRotation> {
    const made = await this.#inTurn(() => this.#makeNext())
    const wireguardKey = made?.next
    if (wireguardKey === undefined || wireguardKey === null) throw new Error("the new key can't be kept on disk")
    const ending = await this.#awaitEnd()
    if (typeof ending === 'object') throw new Error(ending.refused)
    return { wireguardKey, state: ending === 'settled' ? 'rotated' : 'waiting' }
  }

  #step(): KeyStep {
    return this.#held === undefined ? { kind: 'rest' } : keyStepOf(this.#held, this.#options.configured())
  }

  #offer(): boolean {
    const { say, clock } = this.#options
    const step = this.#step()
    if (step.kind !== 'offer' || step.wireguardKey === this.#hopeless) return false
    if (clock.monotonicMs() < this.#notBeforeMs) return true
    const isSaid = say({ type: 'offer-key', wireguardKey: step.wireguardKey })
    if (isSaid) this.#notBeforeMs = clock.monotonicMs() + OFFERED_EVERY_MS
    return isSaid
  }

  async #makeNext(): Promise<HeldKeys | undefined> {
    const { ring, log } = this.#options
    const made = await ring.makeNext()
    if (E.isLeft(made)) return this.#failed(made.left, 'another WireGuard key could not be made')
    const { current, next } = made.right
    if (this.#held?.next !== next) log.info({ from: current, to: next }, 'another WireGuard key is made')
    this.#held = made.right
    this.#notBeforeMs = Number.NEGATIVE_INFINITY
    this.#offer()
    return made.right
  }

  async #prove(challenge: KeyChallenge): Promise<void> {
    const { ring, crypto, membership, say, log } = this.#options
    const step = this.#step()
    if (step.kind !== 'offer' || step.wireguardKey !== challenge.wireguardKey) return
    const { wireguardKey } = step
    const held = await ring.privateKeyOf(wireguardKey)
    if (E.isLeft(held) || held.right === undefined) {
      log.error({ key: wireguardKey }, 'a key that was offered is not there any more')
      return
    }
    const { meshId, hostId, identityPrivateKey } = membership
    const about = { meshId, hostId, wireguardKey }
    const proof = proveKey(crypto, { about, challenge, wireguardPrivateKey: held.right, identityPrivateKey })
    if (E.isRight(proof)) say({ type: 'prove-key', proof: proof.right })
    else log.warn({ code: proof.left.code }, "the server's challenge can't be answered")
  }

  async #takeRefusal({ wireguardKey, code, message, isFinal }: KeyRefused): Promise<void> {
    const { ring, log, clock } = this.#options
    const step = this.#step()
    if (step.kind !== 'offer' || step.wireguardKey !== wireguardKey) return
    log.warn({ key: wireguardKey, code, reason: message }, 'the server did not take another WireGuard key')
    if (!isFinal) {
      this.#notBeforeMs = clock.monotonicMs() + REFUSED_FOR_MS
      return
    }
    this.#hopeless = wireguardKey
    if (this.next === wireguardKey) {
      const dropped = await ring.dropNext()
      if (E.isLeft(dropped)) this.#failed(dropped.left, 'a key that was refused could not be removed')
      else this.#held = dropped.right
    }
    this.#end({ refused: message })
  }

  async #settle(): Promise<void> {
    const settled = await this.#options.ring.settle()
    this.#isSettling = false
    if (E.isLeft(settled)) {
      this.#failed(settled.left, 'the old WireGuard key could not be removed; trying on')
      return
    }
    this.#held = settled.right
    this.#options.log.info({ key: settled.right.current }, 'another WireGuard key is in effect, and the old one gone')
    this.#end('settled')
  }

  #awaitEnd(): Promise<Ending> {
    if (this.#step().kind === 'rest') return Promise.resolve('settled')
    return new Promise((resolve) => {
      const cancel = this.#options.timers.after(ANSWER_MS, () => resolve('waiting'))
      this.#waiting.push((ending) => {
        cancel()
        resolve(ending)
      })
      if (!this.#offer() && this.#step().kind === 'offer') this.#end('waiting')
    })
  }

  #end(ending: Ending): void {
    for (const tell of this.#waiting.splice(0)) tell(ending)
  }

  #failed({ code, reason }: KeyRingError, words: string): undefined {
    this.#options.log.error({ code, reason }, words)
    return undefined
  }

  /** One at a time, in the order in which they came. */
  #inTurn<A>(deed: () => Promise<A>): Promise<A> {
    const done = this.#working.then(deed)
    this.#working = done.catch(() => {})
    return done
  }
}
