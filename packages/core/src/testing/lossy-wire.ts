/** What can be done to one direction of a wire. Frames are whole: what a frame is, the adapter's medium says. */
export interface WireFaults {
  /** Nothing arrives until `resume`, which lets everything held arrive in order. */
  readonly stall: () => void
  /** Ends `stall`. */
  readonly resume: () => void
  /** The next frame doesn't arrive. Faults wait for one frame each, in the order they were asked for. */
  readonly dropNext: () => void
  /** The next frame arrives twice. */
  readonly duplicateNext: () => void
  /** The next two frames arrive in the opposite order. */
  readonly swapNext: () => void
  /** The next frame arrives with one character changed. */
  readonly alterNext: () => void
  /** A frame arrives that neither end wrote. */
  readonly forge: () => void
}

/** How the frames of a medium are meddled with. */
export interface FrameMeddling<Frame> {
  /** Whether faults may hit this frame; others, such as the end of a connection, only wait their turn. */
  readonly isTarget: (frame: Frame) => boolean
  /** The frame with one thing changed, such that its receiver must notice. */
  readonly alter: (frame: Frame) => Frame
  /** A frame that fits behind `last`, the one that arrived last, as well as somebody without the keys can make it. */
  readonly forge: (last: Frame | undefined) => Frame
}

type Fault = 'drop' | 'duplicate' | 'swap' | 'alter'

/** One direction of a wire, kept over many connections: each is attached in its turn. Does nothing by itself. */
export class LossyWire<Frame> implements WireFaults {
  readonly #meddling: FrameMeddling<Frame>
  #deliver: (frame: Frame) => void = () => {}
  #isStalled = false
  #held: Frame[] = []
  #faults: Fault[] = []
  #swapped: Frame | undefined
  #last: Frame | undefined

  constructor(meddling: FrameMeddling<Frame>) {
    this.#meddling = meddling
  }

  /**
   * A new connection goes through this wire; what an older one still had under way is lost. Returns where the sending end
   * puts its frames.
   */
  attach(deliver: (frame: Frame) => void): (frame: Frame) => void {
    this.#deliver = deliver
    this.#held = []
    this.#swapped = undefined
    this.#last = undefined
    return (frame) => {
      if (this.#deliver === deliver) this.#push(frame)
    }
  }

  readonly stall = (): void => {
    this.#isStalled = true
  }

  readonly resume = (): void => {
    this.#isStalled = false
    const held = this.#held
    this.#held = []
    for (const frame of held) this.#arrive(frame)
  }

  readonly dropNext = (): void => this.#next('drop')
  readonly duplicateNext = (): void => this.#next('duplicate')
  readonly swapNext = (): void => this.#next('swap')
  readonly alterNext = (): void => this.#next('alter')
  readonly forge = (): void => this.#arrive(this.#meddling.forge(this.#last))

  #next(fault: Fault): void {
    this.#faults.push(fault)
  }

  #push(frame: Frame): void {
    const fault = this.#meddling.isTarget(frame) ? this.#faults.shift() : undefined
    if (fault === 'swap') {
      this.#swapped = frame
      return
    }
    if (fault === 'alter') this.#arrive(this.#meddling.alter(frame))
    else if (fault !== 'drop') this.#arrive(frame)
    if (fault === 'duplicate') this.#arrive(frame)
    const swapped = this.#swapped
    this.#swapped = undefined
    if (swapped !== undefined) this.#arrive(swapped)
  }

  #arrive(frame: Frame): void {
    if (this.#meddling.isTarget(frame)) this.#last = frame
    if (this.#isStalled) this.#held.push(frame)
    else this.#deliver(frame)
  }
}
