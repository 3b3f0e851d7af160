import type { ConnectionEnd } from '../ports/agent-transport.js'
import type { ConnectionAcceptor, MediumEvents } from '../protocol/accept-connections.js'
import { type FrameWire, seenFromThere } from '../protocol/secure-channel.js'
import { type FrameMeddling, LossyWire, type WireFaults } from './lossy-wire.js'

/** An agent's way to the server, over all of its connections. */
export interface InMemoryWire {
  readonly toServer: WireFaults
  readonly toAgent: WireFaults
  /** Ends the present connection for both ends, as a reset does. */
  readonly cut: () => void
  /** Every attempt fails until `unblock`; the present connection goes on. */
  readonly block: () => void
  /** Attempts succeed again. */
  readonly unblock: () => void
  /** Says to the server over a new connection what the agent said over its last one, word for word. */
  readonly replay: () => void
}

/** Brings what was sent, a moment later and in order. */
export class InMemoryPost {
  #underWay = 0
  readonly #awaited = new Set<Promise<unknown>>()

  deliver(task: () => void): void {
    this.#underWay++
    void Promise.resolve().then(() => {
      this.#underWay--
      task()
    })
  }

  /** {@link settled} waits for it too. */
  tracked<A>(promise: Promise<A>): Promise<A> {
    this.#awaited.add(promise)
    const forget = () => this.#awaited.delete(promise)
    promise.then(forget, forget)
    return promise
  }

  async settled(): Promise<void> {
    // What was delivered may go on in promises of its own for a few turns before it sends anything.
    for (let idleTurns = 0; idleTurns < 20; idleTurns++) {
      if (this.#underWay > 0 || this.#awaited.size > 0) idleTurns = 0
      await Promise.allSettled([...this.#awaited])
    }
  }
}

/** Text on its way, or the end of the connection behind it. */
type Carried = { readonly text: string; readonly taken: () => void } | { readonly end: ConnectionEnd }

/** What the agent's end does with the outcome of an attempt. */
export interface InMemoryDialler {
  /** `undefined`: the agent has given up meanwhile. */
  readonly opened: (medium: FrameWire) => MediumEvents | undefined
  readonly failed: (end: ConnectionEnd) => void
}

const LOST: ConnectionEnd = { code: 'connection-lost', detail: 'the wire was cut' }
const NO_SERVER: ConnectionEnd = { code: 'connection-lost', detail: 'no server answers' }

const meddling: FrameMeddling<Carried> = {
  isTarget: (carried) => 'text' in carried,
  alter: (carried) => ('text' in carried ? { ...carried, text: withOtherEnd(carried.text) } : carried),
  forge: (last) => {
    const counter = last !== undefined && 'text' in last ? Number.parseInt(last.text, 10) + 1 : 0
    return { text: `${Number.isNaN(counter) ? 0 : counter}.${'A'.repeat(43)}.mforged`, taken: () => {} }
  },
}

/** The wire between one agent and whichever server there is. */
export class InMemoryWireBetween implements InMemoryWire {
  readonly toServer = new LossyWire<Carried>(meddling)
  readonly toAgent = new LossyWire<Carried>(meddling)
  readonly #post: InMemoryPost
  readonly #server: () => ConnectionAcceptor | undefined
  readonly #remoteAddress: string | null
  #isBlocked = false
  #cutPresent: () => void = () => {}
  #said: string[] = []

  constructor(post: InMemoryPost, server: () => ConnectionAcceptor | undefined, remoteAddress: string | null) {
    this.#post = post
    this.#server = server
    this.#remoteAddress = remoteAddress
  }

  readonly cut = (): void => this.#cutPresent()
  readonly block = (): void => {
    this.#isBlocked = true
  }
  readonly unblock = (): void => {
    this.#isBlocked = false
  }

  readonly replay = (): void => {
    const wire = { send: (_: string, taken: () => void) => taken(), close: () => {} }
    const heard = this.#server()?.accept({ wire, remoteAddress: this.#remoteAddress, onAuthenticated: () => {} })
    for (const text of this.#said) this.#post.deliver(() => heard?.receive(text))
  }

  dial(dialler: InMemoryDialler): void {
    this.#post.deliver(() => {
      const server = this.#server()
      if (server === undefined || this.#isBlocked) dialler.failed(NO_SERVER)
      else this.#connect(server, dialler)
    })
  }

  #connect(server: ConnectionAcceptor, dialler: InMemoryDialler): void {
    let agentEnd: MediumEvents | undefined
    let isCut = false
    const sendToAgent = this.toAgent.attach((carried) => this.#bring(carried, () => (isCut ? undefined : agentEnd)))
    const serverEnd = server.accept({
      wire: wireInto(sendToAgent),
      remoteAddress: this.#remoteAddress,
      onAuthenticated: () => {},
    })
    this.#said = []
    const sendToServer = this.toServer.attach((carried) => this.#bring(carried, () => (isCut ? undefined : serverEnd)))
    const { send, close } = wireInto(sendToServer)
    const listened: FrameWire['send'] = (text, taken) => {
      this.#said.push(text)
      send(text, taken)
    }
    this.#cutPresent = () => {
      isCut = true
      this.#post.deliver(() => agentEnd?.wireEnded(LOST))
      this.#post.deliver(() => serverEnd.wireEnded(LOST))
    }
    agentEnd = dialler.opened({ send: listened, close })
    if (agentEnd === undefined) serverEnd.wireEnded(LOST)
  }

  #bring(carried: Carried, to: () => MediumEvents | undefined): void {
    this.#post.deliver(() => {
      if ('end' in carried) {
        to()?.wireEnded(seenFromThere(carried.end))
      } else {
        carried.taken()
        to()?.receive(carried.text)
      }
    })
  }
}

function wireInto(send: (carried: Carried) => void): FrameWire {
  return {
    send: (text, onTaken) => {
      let isTaken = false
      const taken = () => {
        if (!isTaken) onTaken()
        isTaken = true
      }
      send({ text, taken })
    },
    close: (end) => send({ end }),
  }
}

function withOtherEnd(text: string): string {
  return text.slice(0, -1) + (text.endsWith('x') ? 'y' : 'x')
}
