import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { hostIdCodec, meshIdCodec } from '../values/index.js'
import { bytesCodec } from './bytes.js'

/** The version of handshake and frames that this code speaks. */
export const PROTOCOL_VERSION = 1
/** The WebSocket subprotocol's name, and the same idea for any other medium. */
export const AGENT_SUBPROTOCOL = 'meshfold.v1'
/** The longest message of a handshake, in characters: nobody has proved anything yet. */
export const HANDSHAKE_MAX_LENGTH = 2048
/** Bytes of the nonces of both ends. */
export const HANDSHAKE_NONCE_BYTES = 32

const nonceCodec = bytesCodec('HandshakeNonce', HANDSHAKE_NONCE_BYTES)
const keyShareCodec = bytesCodec('X25519PublicKey', 32)
const signatureCodec = bytesCodec('Ed25519Signature', 64)
const epochCodec = t.refinement(t.number, (n) => Number.isSafeInteger(n) && n >= 0, 'MeshEpoch')

/** Agent's first message: who it says it is, and its half of the key agreement. */
export const agentHelloCodec = t.readonly(
  t.strict({
    type: t.literal('agent-hello'),
    protocolVersion: t.number,
    meshId: meshIdCodec,
    hostId: hostIdCodec,
    knownEpoch: t.union([epochCodec, t.null]),
    nonce: nonceCodec,
    keyShare: keyShareCodec,
  }),
  'AgentHello',
)

/** 10 to 60,000 ms: long enough for a slow line to matter no more, short enough to be one at all. */
export const heartbeatIntervalCodec = t.refinement(
  t.number,
  (ms) => Number.isSafeInteger(ms) && ms >= 10 && ms <= 60_000,
  'HeartbeatIntervalMs',
)

/** Server's answer. It doesn't say which server: who may know has the key to check the signature with. */
export const serverHelloCodec = t.readonly(
  t.strict({
    type: t.literal('server-hello'),
    epoch: epochCodec,
    heartbeatIntervalMs: heartbeatIntervalCodec,
    nonce: nonceCodec,
    keyShare: keyShareCodec,
    signature: signatureCodec,
  }),
  'ServerHello',
)

/** Agent's proof; after it both ends speak in frames. */
export const agentFinishCodec = t.readonly(
  t.strict({ type: t.literal('agent-finish'), signature: signatureCodec }),
  'AgentFinish',
)

export type AgentHello = t.TypeOf<typeof agentHelloCodec>
export type ServerHello = t.TypeOf<typeof serverHelloCodec>

/** A message of the handshake as text. */
export function encodeHandshakeMessage<A>(codec: t.Encoder<A, unknown>, message: A): string {
  return JSON.stringify(codec.encode(message))
}

/** Reads a message of the handshake; `undefined` on anything else. Why is nobody's business yet. */
export function decodeHandshakeMessage<A>(codec: t.Decoder<unknown, A>, text: string): A | undefined {
  if (text.length > HANDSHAKE_MAX_LENGTH) return undefined
  try {
    const decoded = codec.decode(JSON.parse(text))
    return E.isRight(decoded) ? decoded.right : undefined
  } catch {
    return undefined
  }
}
