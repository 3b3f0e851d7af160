/** The most UTF-16 units that one frame carries of a message. */
export const PIECE_LENGTH = 16 * 1024

/** Limits of what waits to be sent; lengths in UTF-16 units, which are bytes for ASCII. */
export interface OutgoingLimits {
  readonly maxQueuedMessages: number
  readonly maxQueuedLength: number
}

/**
 * Messages on their way out, cut into pieces: the message begun, and those that wait behind it. Between pieces there is room
 * for heartbeats, and no piece keeps the process busy for long.
 */
export class OutgoingMessages {
  readonly #limits: OutgoingLimits
  #waiting: string[] = []
  #waitingLength = 0
  #begun: { readonly text: string; readonly at: number } | undefined
  #hasOverflowed = false

  constructor(limits: OutgoingLimits) {
    this.#limits = limits
  }

  /**
   * Takes a message. On an overflow those waiting are dropped, the one begun is not: a reader that is slow, but reads, gets
   * whole messages. With nothing else to send any message fits.
   */
  offer(message: string): 'queued' | 'overflow' {
    if (this.#hasOverflowed) return 'overflow'
    const { maxQueuedMessages, maxQueuedLength } = this.#limits
    const isFull = this.#waiting.length >= maxQueuedMessages || this.#waitingLength + message.length > maxQueuedLength
    if (isFull && !this.isEmpty) {
      this.#hasOverflowed = true
      this.#dropWaiting()
      return 'overflow'
    }
    this.#waiting.push(message)
    this.#waitingLength += message.length
    return 'queued'
  }

  /** The next piece; `isLast` when it completes its message. */
  nextPiece(): { readonly text: string; readonly isLast: boolean } | undefined {
    const { text, at } = this.#begun ?? this.#begin() ?? {}
    if (text === undefined || at === undefined) return undefined
    const end = pieceEnd(text, at)
    const isLast = end === text.length
    this.#begun = isLast ? undefined : { text, at: end }
    return { text: text.slice(at, end), isLast }
  }

  get isEmpty(): boolean {
    return this.#begun === undefined && this.#waiting.length === 0
  }

  /** Whether nothing is taken until {@link recover}. */
  get hasOverflowed(): boolean {
    return this.#hasOverflowed
  }

  recover(): void {
    this.#hasOverflowed = false
  }

  /** Forgets everything. */
  clear(): void {
    this.#begun = undefined
    this.#dropWaiting()
  }

  #begin(): { readonly text: string; readonly at: number } | undefined {
    const text = this.#waiting.shift()
    if (text === undefined) return undefined
    this.#waitingLength -= text.length
    return { text, at: 0 }
  }

  #dropWaiting(): void {
    this.#waiting = []
    this.#waitingLength = 0
  }
}

/** Puts the pieces of one message together again. */
export class IncomingMessage {
  readonly #maxLength: number
  #pieces: string[] = []
  #length = 0

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** The message when this piece completes it, `incomplete`, or why not to go on. */
  add(piece: string, isLast: boolean): { readonly message: string } | 'incomplete' | 'too-large' | 'piece-too-small' {
    this.#length += piece.length
    if (this.#length > this.#maxLength) return 'too-large'
    // Small pieces would cost more memory than they hold.
    if (!isLast && piece.length < PIECE_LENGTH - 1) return 'piece-too-small'
    this.#pieces.push(piece)
    if (!isLast) return 'incomplete'
    const message = this.#pieces.join('')
    this.clear()
    return { message }
  }

  clear(): void {
    this.#pieces = []
    this.#length = 0
  }
}

/** Never between the two halves of a surrogate pair, which could not be written as UTF-8. */
function pieceEnd(text: string, at: number): number {
  const end = at + PIECE_LENGTH
  if (end >= text.length) return text.length
  const before = text.charCodeAt(end - 1)
  const after = text.charCodeAt(end)
  const splitsPair = before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff
  return splitsPair ? end - 1 : end
}
