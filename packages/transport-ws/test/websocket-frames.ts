/** WebSocket frames (RFC 6455 §5.2) as a man in the middle takes them apart. Enough for what the transport sends. */

export interface WebSocketFrame {
  /** The first byte: FIN bit and opcode. */
  readonly head: number
  readonly isMasked: boolean
  /** Unmasked. */
  readonly payload: Buffer
}

const MASKED = 0x80
const TEXT = 0x81

/** Whether it is a whole text message. */
export function isText(frame: WebSocketFrame): boolean {
  return frame.head === TEXT
}

/** A whole text message; from a client it is masked, with a key of zeros, which changes nothing. */
export function textFrame(text: string, isMasked: boolean): WebSocketFrame {
  return { head: TEXT, isMasked, payload: Buffer.from(text) }
}

export function writeFrame({ head, isMasked, payload }: WebSocketFrame): Buffer {
  const mask = isMasked ? MASKED : 0
  const { length } = payload
  if (length > 0xffff) throw new RangeError('The transport sends no WebSocket frame as long as that')
  const header =
    length < 126 ? Buffer.from([head, mask | length]) : Buffer.from([head, mask | 126, length >> 8, length])
  return Buffer.concat([header, isMasked ? Buffer.alloc(4) : Buffer.alloc(0), payload])
}

/** Collects bytes and gives the frames they make; what comes before the first frame is the HTTP upgrade. */
export class FrameParser {
  #bytes: Buffer = Buffer.alloc(0)
  #isUpgraded = false

  /** The HTTP head once, when it is complete, then frames. */
  take(chunk: Buffer): readonly (Buffer | WebSocketFrame)[] {
    const pieces: (Buffer | WebSocketFrame)[] = []
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    if (!this.#isUpgraded) {
      const end = this.#bytes.indexOf('\r\n\r\n')
      if (end < 0) return pieces
      this.#isUpgraded = true
      pieces.push(this.#shift(end + 4))
    }
    for (let frame = this.#frame(); frame !== undefined; frame = this.#frame()) pieces.push(frame)
    return pieces
  }

  #frame(): WebSocketFrame | undefined {
    const [head, second] = this.#bytes
    if (head === undefined || second === undefined) return undefined
    const isMasked = (second & MASKED) !== 0
    const shortLength = second & 0x7f
    const lengthBytes = shortLength === 126 ? 2 : shortLength === 127 ? 8 : 0
    const payloadStart = 2 + lengthBytes + (isMasked ? 4 : 0)
    if (this.#bytes.length < payloadStart) return undefined
    const length =
      lengthBytes === 0 ? shortLength : this.#bytes.readUIntBE(lengthBytes === 8 ? 4 : 2, lengthBytes === 8 ? 6 : 2)
    if (this.#bytes.length < payloadStart + length) return undefined
    const frame = this.#shift(payloadStart + length)
    const payload = Buffer.from(frame.subarray(payloadStart))
    if (isMasked) unmask(payload, frame.subarray(payloadStart - 4, payloadStart))
    return { head, isMasked, payload }
  }

  #shift(length: number): Buffer {
    const shifted = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    return shifted
  }
}

function unmask(payload: Buffer, key: Buffer): void {
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (key[i % 4] ?? 0)
}
