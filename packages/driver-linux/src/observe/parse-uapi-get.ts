import { decodeHex, type ObservedPeer, type WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { publicKeyOf } from '../private-key.js'
import { createValueParsers, type ValueParsers } from './value-parsers.js'
import {
  type PrintedPeer,
  parseMark,
  parsePort,
  readPeer,
  type Unreadable,
  unreadable,
  type WireguardDevice,
} from './wireguard-device.js'

/** A peer as far as its lines were read. */
interface PeerLines extends PrintedPeer {
  readonly publicKeyHex: string
  readonly line: number
  endpoint: string | undefined
  readonly allowedIps: string[]
  handshakeSeconds: string
  receivedBytes: string
  sentBytes: string
  keepaliveSeconds: string
}

interface AnswerLines {
  privateKeyHex: string | undefined
  listenPort: string
  mark: string
  readonly peers: PeerLines[]
}

/**
 * Reads the `key=value` lines that a userspace WireGuard answers to `get=1`. The public key is computed: the protocol gives
 * the private one only. Keys that are not known here are newer than this code and passed over; errors name the line and
 * never the value.
 */
export function parseUapiGet(
  lines: readonly string[],
  parsers: ValueParsers = createValueParsers(),
): E.Either<Unreadable, WireguardDevice> {
  const answer = splitAnswer(lines)
  if (E.isLeft(answer)) return answer
  const publicKey = readPrivateKey(answer.right.privateKeyHex)
  if (E.isLeft(publicKey)) return publicKey
  const listenPort = parsePort(answer.right.listenPort)
  if (listenPort === undefined) return unreadable('listen_port is no port')
  const mark = parseMark(answer.right.mark)
  if (mark === undefined) return unreadable('fwmark is no mark')
  const peers = new Map<WireguardPublicKey, ObservedPeer>()
  for (const printed of answer.right.peers) {
    const peer = readPeer(parsers.keyOfHex(printed.publicKeyHex), printed, parsers, `the peer in line ${printed.line}`)
    if (E.isLeft(peer)) return peer
    peers.set(peer.right.publicKey, peer.right)
  }
  return E.right({ publicKey: publicKey.right, listenPort, mark, peers })
}

/** The peers that have an endpoint, both as the socket writes them: to be written back as they are. */
export function endpointsInUapiGet(
  lines: readonly string[],
): readonly { readonly publicKeyHex: string; readonly endpoint: string }[] {
  const answer = splitAnswer(lines)
  if (E.isLeft(answer)) return []
  return answer.right.peers.flatMap(({ publicKeyHex, endpoint }) =>
    endpoint === undefined ? [] : [{ publicKeyHex, endpoint }],
  )
}

function splitAnswer(lines: readonly string[]): E.Either<Unreadable, AnswerLines> {
  const answer: AnswerLines = { privateKeyHex: undefined, listenPort: '0', mark: '0', peers: [] }
  for (const [index, line] of lines.entries()) {
    const equals = line.indexOf('=')
    if (equals < 1) return unreadable(`line ${index + 1} is not of the form key=value`)
    const [key, value] = [line.slice(0, equals), line.slice(equals + 1)]
    const peer = answer.peers.at(-1)
    if (key === 'public_key') answer.peers.push(freshPeer(value, index + 1))
    else if (peer !== undefined) takePeerLine(peer, key, value)
    else if (key === 'private_key') answer.privateKeyHex = value
    else if (key === 'listen_port') answer.listenPort = value
    else if (key === 'fwmark') answer.mark = value
  }
  return E.right(answer)
}

function takePeerLine(peer: PeerLines, key: string, value: string): void {
  if (key === 'allowed_ip') peer.allowedIps.push(value)
  else if (key === 'endpoint') peer.endpoint = value
  else if (key === 'last_handshake_time_sec') peer.handshakeSeconds = value
  else if (key === 'rx_bytes') peer.receivedBytes = value
  else if (key === 'tx_bytes') peer.sentBytes = value
  else if (key === 'persistent_keepalive_interval') peer.keepaliveSeconds = value
}

function freshPeer(publicKeyHex: string, line: number): PeerLines {
  const counters = { handshakeSeconds: '0', receivedBytes: '0', sentBytes: '0', keepaliveSeconds: '0' }
  return { publicKeyHex, line, endpoint: undefined, allowedIps: [], ...counters }
}

function readPrivateKey(hex: string | undefined): E.Either<Unreadable, WireguardPublicKey | undefined> {
  if (hex === undefined || /^0{64}$/.test(hex)) return E.right(undefined)
  const bytes = decodeHex(hex)
  if (E.isLeft(bytes) || bytes.right.length !== 32) return unreadable('private_key is no key')
  return E.right(publicKeyOf(bytes.right))
}
