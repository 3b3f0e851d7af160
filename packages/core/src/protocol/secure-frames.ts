/**
 * What follows the handshake: frames `counter.mac.payload`, counted from 0 in each direction, each with an HMAC-SHA-256 of its
 * own. A frame that is lost, repeated, out of order or forged doesn't fit, and the reader takes nothing after it. Frames are
 * proof of origin and order, not secrecy: that is TLS's.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Crypto } from '../ports/crypto.js'
import { encodeBase64 } from '../values/index.js'
import { concatBytes, encodeTranscript, utf8Bytes } from './bytes.js'

/** The key of one direction. */
export interface FrameKey {
  readonly direction: 'agent-to-server' | 'server-to-agent'
  /** 32 bytes, known to these two ends and for this connection only. */
  readonly secret: Uint8Array
}

/** What one end needs. */
export interface FrameKeys {
  readonly send: FrameKey
  readonly receive: FrameKey
}

/** Why a frame isn't the next one. */
export interface FrameError {
  readonly code:
    | 'frame-malformed'
    /** One was lost, repeated or moved. */
    | 'frame-counter-unexpected'
    | 'frame-mac-invalid'
    /** An earlier frame failed. */
    | 'frame-reader-dead'
}

/** Makes the frames of one direction. */
export interface FrameWriter {
  /** Each call is the next frame, so each result has to be sent, once, in this order. */
  readonly write: (payload: string) => string
}

/** Checks the frames of one direction. */
export interface FrameReader {
  readonly read: (frame: string) => E.Either<FrameError, string>
}

/** Characters that a frame has besides its payload: at most so many. */
export const FRAME_OVERHEAD = 16 + 1 + 43 + 1

const MAC_CHARACTERS = 43

export function createFrameWriter(crypto: Crypto, key: FrameKey): FrameWriter {
  const macOf = frameMac(crypto, key)
  let counter = 0
  return {
    write: (payload) => {
      const mac = macOf(counter, payload)
      return `${counter++}.${mac}.${payload}`
    },
  }
}

/** After its first error the reader answers `frame-reader-dead` to everything. */
export function createFrameReader(crypto: Crypto, key: FrameKey): FrameReader {
  const macOf = frameMac(crypto, key)
  let counter = 0
  let isDead = false
  const fail = (code: FrameError['code']): E.Either<FrameError, never> => {
    isDead = true
    return E.left({ code })
  }
  return {
    read: (frame) => {
      if (isDead) return E.left({ code: 'frame-reader-dead' })
      const macStart = frame.indexOf('.') + 1
      const payloadStart = macStart + MAC_CHARACTERS + 1
      if (macStart === 0 || frame.charAt(payloadStart - 1) !== '.') return fail('frame-malformed')
      if (frame.slice(0, macStart - 1) !== String(counter)) return fail('frame-counter-unexpected')
      const mac = frame.slice(macStart, payloadStart - 1)
      const payload = frame.slice(payloadStart)
      const isRight = crypto.equalsConstantTime(utf8Bytes(mac), utf8Bytes(macOf(counter, payload)))
      if (!isRight) return fail('frame-mac-invalid')
      counter++
      return E.right(payload)
    },
  }
}

/** As text, for which there is one spelling, so that texts can be compared. */
function frameMac(crypto: Crypto, key: FrameKey): (counter: number, payload: string) => string {
  const label = encodeTranscript(`meshfold.v1 frame ${key.direction}`, [])
  return (counter, payload) => {
    // A counter has no point in it, and the payload is all that follows: no other frame gives these bytes.
    const bytes = concatBytes([label, utf8Bytes(`${counter}.`), utf8Bytes(payload)])
    return encodeBase64(crypto.hmacSha256(key.secret, bytes), 'url')
  }
}
