/**
 * What agents of direct peers say to each other on the control port, over control addresses: a JSON text per datagram. WireGuard proves
 * who sent it, since a control address belongs to one peer alone. Vectors are signed by the host that they are of, so that others can
 * pass them on. Everything may be lost, come twice, or come late.
 */

import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { decodeWith } from '../event-format/describe-decode-error.js'
import type { PathVector } from '../host-config/path-vector.js'
import type { HeldVector } from '../host-config/vector-outbox.js'
import { integerBetween, orNull, shortList } from '../mesh/event-parts.js'
import { sequenceCodec } from '../mesh/gateway-codecs.js'
import { egressIdCodec, hostIdCodec, nodeIdCodec, type UdpEndpoint, udpEndpointCodec } from '../values/index.js'
import { base64UrlText } from './bytes.js'
import { messageByType } from './tagged-codec.js'

/** A vector with what shows that its host made it: an Ed25519 signature of `pathVectorTranscript`, as base64url. */
export interface SignedVector extends PathVector {
  readonly signature: string
}

/** One datagram on the control port. */
export type PathMessage =
  /** "Are you there?", answered by an echo of the same number. */
  | {
      readonly type: 'probe'
      readonly id: number
      readonly vector: SignedVector | null
      /** How long ago the other one answered a probe of a direct trial (C5); `null`: it did not, or none is made. Milliseconds. */
      readonly echoAgeMs: number | null
      /** Where its packets come from is what it wants to know: the answer may take a second. */
      readonly asksWhere: boolean
    }
  | {
      readonly type: 'echo'
      readonly id: number
      /** The sequence of the asker's own vector that the other one holds; 0: none. */
      readonly held: number
      readonly vector: SignedVector | null
      /** Where the asker's packets come from, as the other one's WireGuard sees it; `null`: it didn't ask, or nobody knows. */
      readonly seenAt: UdpEndpoint | null
      /** The other one is without the server, too: it has not heard of it for as long as makes a server silent. */
      readonly isServerLost: boolean
    }
  /** Answered by `held`; repeated until it is. */
  | { readonly type: 'vectors'; readonly vectors: readonly SignedVector[] }
  /** What the sender holds of these hosts; 0: nothing, and what there is is wanted. */
  | { readonly type: 'held'; readonly held: readonly HeldVector[] }

const maxVectorGateways = 64
const maxVectorEgresses = 256
const maxVectors = 64

const signatureCodec = base64UrlText('a signature', 64)

/** Reads a vector with its signature, which is not checked by it. */
export const signedVectorCodec: t.Type<SignedVector, unknown> = t.strict(
  {
    hostId: hostIdCodec,
    sequence: sequenceCodec,
    gatewayIds: shortList(nodeIdCodec, maxVectorGateways),
    servedEgressIds: shortList(egressIdCodec, maxVectorEgresses),
    signature: signatureCodec,
  },
  'a vector',
)

const heldCodec: t.Type<HeldVector, unknown> = t.strict(
  { hostId: hostIdCodec, sequence: sequenceCodec },
  'what is held',
)
const probeIdCodec = integerBetween(0, Number.MAX_SAFE_INTEGER)

const strict = (type: PathMessage['type'], props: t.Props) =>
  [type, t.strict({ type: t.literal(type), ...props }) as t.Any as t.Type<PathMessage, unknown>] as const

/** Reads a datagram's JSON. Unknown fields are dropped, unknown types refused: a newer agent may say more. */
export const pathMessageCodec: t.Type<PathMessage, unknown> = messageByType<PathMessage>(
  'PathMessage',
  new Map<PathMessage['type'], t.Type<PathMessage, unknown>>([
    strict('probe', {
      id: probeIdCodec,
      vector: orNull(signedVectorCodec),
      echoAgeMs: orNull(integerBetween(0, Number.MAX_SAFE_INTEGER)),
      asksWhere: t.boolean,
    }),
    strict('echo', {
      id: probeIdCodec,
      held: sequenceCodec,
      vector: orNull(signedVectorCodec),
      seenAt: orNull(udpEndpointCodec),
      isServerLost: t.boolean,
    }),
    strict('vectors', { vectors: shortList(signedVectorCodec, maxVectors) }),
    strict('held', { held: shortList(heldCodec, maxVectors) }),
  ]),
)

/** Bytes of the longest datagram that is read: a vector of a host with everything at its bounds fits. */
export const maxPathDatagramBytes = 32_768

/** The message of a datagram; `left`: what is wrong with it, in English. */
export const decodePathMessage = (text: string): E.Either<string, PathMessage> => {
  if (text.length > maxPathDatagramBytes) return E.left(`more than ${maxPathDatagramBytes} bytes`)
  const json = E.tryCatch(
    () => JSON.parse(text) as unknown,
    () => 'no JSON',
  )
  if (E.isLeft(json)) return json
  const decoded = decodeWith(pathMessageCodec, json.right)
  return E.isLeft(decoded) ? E.left(decoded.left.message) : decoded
}

/** What fits through a tunnel of the smallest MTU of IPv6, with the headers of IP and UDP. */
const wishedDatagramBytes = 1200

/** The texts of the datagrams that say it: more than one where many vectors would make one too large for the tunnel. */
export const encodePathMessage = (message: PathMessage): readonly string[] => {
  const text = JSON.stringify(message)
  if (text.length <= wishedDatagramBytes) return [text]
  if (message.type === 'vectors' && message.vectors.length > 1)
    return halves(message.vectors).flatMap((vectors) => encodePathMessage({ type: 'vectors', vectors }))
  if (message.type === 'held' && message.held.length > 1)
    return halves(message.held).flatMap((held) => encodePathMessage({ type: 'held', held }))
  return [text]
}

const halves = <A>(list: readonly A[]): readonly (readonly A[])[] => {
  const middle = Math.ceil(list.length / 2)
  return [list.slice(0, middle), list.slice(middle)]
}
