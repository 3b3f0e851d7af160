import {
  controlPort,
  decodePathMessage,
  encodePathMessage,
  type HostConfig,
  type HostId,
  type IpAddress,
  type ObservedHost,
  type PathDatagram,
  type PathMessage,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { AgentLog } from './agent-log.js'
import type { AgentOptions } from './agent-options.js'
import type { ControlPort, OpenControlPort } from './control-port.js'
import { PeerBudgets } from './peer-budgets.js'

export interface ControlTrafficOptions extends Pick<AgentOptions, 'timers' | 'clock'> {
  readonly log: AgentLog
  readonly openControlPort: OpenControlPort
  readonly onMessage: (from: HostId, message: PathMessage) => void
  readonly onRefused: (from: HostId) => void
  readonly onOpen: () => void
}

const OPEN_AGAIN_MS = 1000

/** Messages to and from direct peers: opens the control port once its address is there, and knows whose address is whose. */
export class ControlTraffic {
  readonly #options: ControlTrafficOptions
  readonly #hostsByAddress = new Map<IpAddress, HostId>()
  readonly #budgets: PeerBudgets
  #config: HostConfig | undefined
  #port: ControlPort | undefined
  /** Being opened, or to be tried again in a moment. */
  #isOpening = false
  #problem: string | undefined
  #isClosed = false
  #cancelOpening: () => void = () => {}

  constructor(options: ControlTrafficOptions) {
    const { log, clock } = options
    this.#options = options
    this.#budgets = new PeerBudgets(clock, (from) =>
      log.warn({ from }, 'a peer says more on the control port than can be listened to'),
    )
  }

  get isOpen(): boolean {
    return this.#port !== undefined
  }

  /** `peers`: those that may be others than before. */
  takeConfig(config: HostConfig, peers: Iterable<HostId>): void {
    this.#config = config
    for (const hostId of peers) {
      const address = this.#addressOf(hostId)
      if (address === undefined) this.#budgets.forget(hostId)
      else this.#hostsByAddress.set(address, hostId)
    }
  }

  end(): void {
    this.#config = undefined
    this.#hostsByAddress.clear()
    this.#budgets.clear()
  }

  /** The host was read. */
  noteObserved(observed: ObservedHost): void {
    const own = this.#config?.own.controlAddress4
    if (own !== undefined && observed.interface?.addresses.includes(own) === true) this.#open(own)
  }

  send(datagrams: readonly PathDatagram[]): void {
    for (const { to, message } of datagrams) {
      const address = this.#addressOf(to)
      if (address === undefined) continue
      for (const text of encodePathMessage(message))
        if (message.type === 'probe') this.#port?.probe(address, text)
        else this.#port?.send(address, text)
    }
  }

  /** These are probed further. */
  keepProbing(hostIds: Iterable<HostId>): void {
    this.#port?.keepProbing(new Set([...hostIds].flatMap((hostId) => this.#addressOf(hostId) ?? [])))
  }

  close(): void {
    this.#isClosed = true
    this.#cancelOpening()
    this.#port?.close()
    this.#port = undefined
  }

  #open(own: IpAddress): void {
    if (this.#port !== undefined || this.#isOpening || this.#isClosed) return
    const { openControlPort, onRefused } = this.#options
    this.#isOpening = true
    const events = {
      onMessage: (from: IpAddress, text: string) => this.#receive(from, text),
      onRefused: (from: IpAddress) => {
        const hostId = this.#hostAt(from)
        if (hostId !== undefined) onRefused(hostId)
      },
    }
    void openControlPort(own, events).then((opened) => this.#opened(own, opened))
  }

  #opened(own: IpAddress, opened: E.Either<string, ControlPort>): void {
    const { timers, onOpen } = this.#options
    if (E.isLeft(opened)) {
      this.#notOpened(opened.left)
      if (this.#isClosed) return
      this.#cancelOpening = timers.after(OPEN_AGAIN_MS, () => {
        this.#isOpening = false
        this.#open(own)
      })
    } else if (this.#isClosed) {
      opened.right.close()
    } else {
      this.#isOpening = false
      this.#port = opened.right
      onOpen()
    }
  }

  #notOpened(reason: string): void {
    const { log } = this.#options
    if (reason !== this.#problem)
      log.warn({ reason, port: controlPort }, 'the control port can not be opened; trying on')
    this.#problem = reason
  }

  #receive(from: IpAddress, text: string): void {
    const { log, onMessage } = this.#options
    const hostId = this.#hostAt(from)
    if (hostId === undefined || !this.#budgets.take(hostId)) return
    const message = decodePathMessage(text)
    if (E.isRight(message)) onMessage(hostId, message.right)
    else log.debug({ from: hostId, reason: message.left }, 'a datagram that nobody can read')
  }

  /** Addresses of peers that are gone count only where they are still meant. */
  #hostAt(address: IpAddress): HostId | undefined {
    const hostId = this.#hostsByAddress.get(address)
    return hostId !== undefined && this.#addressOf(hostId) === address ? hostId : undefined
  }

  #addressOf(hostId: HostId): IpAddress | undefined {
    return this.#config?.peers.get(hostId)?.controlAddress4
  }
}
