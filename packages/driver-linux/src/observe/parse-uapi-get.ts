import { decodeHex, type ObservedPeer, type WireguardPublicKey, wireguardKeyFromHex } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { publicKeyOf } from '../private-key.js'
import {
  handshakeAt,
  parseAllowedIps,
  parseCount,
  parseObservedEndpoint,
  parsePort,
  type Unreadable,
  unreadable,
  type WireguardDevice,
} from './wireguard-device.js'

interface PeerFields {
  readonly publicKeyHex: string
  readonly line: number
  readonly fields: Map<string, string>
  readonly allowedIps: string[]
}

interface AnswerFields {
  readonly device: Map<string, string>
  readonly peers: readonly PeerFields[]
}

/**
 * Reads the `key=value` lines that a userspace WireGuard answers to `get=1`. The public key is computed: the protocol gives
 * the private one only. Keys that are not known here are newer than this code and passed over; errors name the line and
 * key and never the value.
 */
export function parseUapiGet(lines: readonly string[]): E.Either<Unreadable, WireguardDevice> {
  const answer = splitAnswer(lines)
  if (E.isLeft(answer)) return answer
  const { device, peers } = answer.right
  const publicKey = parsePrivateKey(device.get('private_key'))
  if (E.isLeft(publicKey)) return publicKey
  const listenPort = parsePort(device.get('listen_port') ?? '0')
  if (listenPort === undefined) return unreadable('listen_port is no port')
  const observed = new Map<WireguardPublicKey, ObservedPeer>()
  for (const fields of peers) {
    const peer = parsePeer(fields)
    if (E.isLeft(peer)) return peer
    observed.set(peer.right.publicKey, peer.right)
  }
  return E.right({ publicKey: publicKey.right, listenPort, peers: observed })
}

/** The peers that have an endpoint, both as the socket writes them: to be written back as they are. */
export function endpointsInUapiGet(
  lines: readonly string[],
): readonly { readonly publicKeyHex: string; readonly endpoint: string }[] {
  const answer = splitAnswer(lines)
  if (E.isLeft(answer)) return []
  return answer.right.peers.flatMap(({ publicKeyHex, fields }) => {
    const endpoint = fields.get('endpoint')
    return endpoint === undefined ? [] : { publicKeyHex, endpoint }
  })
}

function splitAnswer(lines: readonly string[]): E.Either<Unreadable, AnswerFields> {
  const device = new Map<string, string>()
  const peers: PeerFields[] = []
  for (const [index, line] of lines.entries()) {
    const equals = line.indexOf('=')
    if (equals < 1) return unreadable(`line ${index + 1} is not of the form key=value`)
    const [key, value] = [line.slice(0, equals), line.slice(equals + 1)]
    const peer = peers.at(-1)
    if (key === 'public_key') peers.push({ publicKeyHex: value, line: index + 1, fields: new Map(), allowedIps: [] })
    else if (key === 'allowed_ip' && peer !== undefined) peer.allowedIps.push(value)
    else (peer?.fields ?? device).set(key, value)
  }
  return E.right({ device, peers })
}

function parsePrivateKey(hex: string | undefined): E.Either<Unreadable, WireguardPublicKey | undefined> {
  if (hex === undefined || /^0{64}$/.test(hex)) return E.right(undefined)
  const bytes = decodeHex(hex)
  if (E.isLeft(bytes) || bytes.right.length !== 32) return unreadable('private_key is no key')
  return E.right(publicKeyOf(bytes.right))
}

function parsePeer({ publicKeyHex, line, fields, allowedIps }: PeerFields): E.Either<Unreadable, ObservedPeer> {
  const wrong = (key: string) => unreadable(`the peer in line ${line}: ${key} can't be read`)
  const publicKey = wireguardKeyFromHex(publicKeyHex)
  if (E.isLeft(publicKey)) return wrong('public_key')
  const endpointText = fields.get('endpoint')
  const endpoint = endpointText === undefined ? undefined : parseObservedEndpoint(endpointText)
  if (endpoint === undefined && endpointText !== undefined) return wrong('endpoint')
  const prefixes = parseAllowedIps(allowedIps)
  if (prefixes === undefined) return wrong('allowed_ip')
  const count = (key: string) => parseCount(fields.get(key) ?? '0')
  const latestHandshakeAtEpochMs = handshakeAt(count('last_handshake_time_sec') ?? Number.NaN)
  if (latestHandshakeAtEpochMs === null) return wrong('last_handshake_time_sec')
  const [receivedBytes, sentBytes] = [count('rx_bytes'), count('tx_bytes')]
  if (receivedBytes === undefined || sentBytes === undefined) return wrong('rx_bytes or tx_bytes')
  const keepaliveSeconds = parsePort(fields.get('persistent_keepalive_interval') ?? '0')
  if (keepaliveSeconds === undefined) return wrong('persistent_keepalive_interval')
  const publicPart = { publicKey: publicKey.right, endpoint, allowedIps: prefixes, latestHandshakeAtEpochMs }
  return E.right({ ...publicPart, receivedBytes, sentBytes, keepaliveSeconds })
}
