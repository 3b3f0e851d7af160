import { type ObservedPeer, parseWireguardPublicKey, type WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
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

const NONE = '(none)'
const INTERFACE_COLUMNS = 4
const PEER_COLUMNS = 8
const LONGEST_KEEPALIVE_SECONDS = 65_535

/**
 * Reads `wg show <interface> dump` (wg(8)): tab-separated, one line for the interface with its private key in the first
 * column, one a peer. Errors name line and column and never the content.
 */
export function parseWgDump(text: string): E.Either<Unreadable, WireguardDevice> {
  const [first = '', ...rest] = text.split('\n')
  const [, publicText = '', portText = '', ...more] = first.split('\t')
  if (more.length !== INTERFACE_COLUMNS - 3) return unreadable(`line 1 has not ${INTERFACE_COLUMNS} columns`)
  const publicKey = publicText === NONE ? E.right(undefined) : parseWireguardPublicKey(publicText)
  if (E.isLeft(publicKey)) return unreadable('line 1: no public key in column 2')
  const listenPort = parsePort(portText)
  if (listenPort === undefined) return unreadable('line 1: no port in column 3')
  const peers = new Map<WireguardPublicKey, ObservedPeer>()
  for (const [index, line] of rest.entries()) {
    if (line === '' && index === rest.length - 1) continue
    const peer = parsePeerLine(line, index + 2)
    if (E.isLeft(peer)) return peer
    peers.set(peer.right.publicKey, peer.right)
  }
  return E.right({ publicKey: publicKey.right, listenPort, peers })
}

function parsePeerLine(line: string, number: number): E.Either<Unreadable, ObservedPeer> {
  const columns = line.split('\t')
  if (columns.length !== PEER_COLUMNS) return unreadable(`line ${number} has not ${PEER_COLUMNS} columns`)
  const [keyText = '', , endpointText = '', ipsText = '', handshakeText = '', rx = '', tx = '', keepalive = ''] =
    columns
  const wrong = (column: number, what: string) => unreadable(`line ${number}: no ${what} in column ${column}`)
  const publicKey = parseWireguardPublicKey(keyText)
  if (E.isLeft(publicKey)) return wrong(1, 'public key')
  const endpoint = endpointText === NONE ? undefined : parseObservedEndpoint(endpointText)
  if (endpoint === undefined && endpointText !== NONE) return wrong(3, 'endpoint')
  const allowedIps = ipsText === NONE ? [] : parseAllowedIps(ipsText.split(','))
  if (allowedIps === undefined) return wrong(4, 'list of allowed IPs')
  const latestHandshakeAtEpochMs = handshakeAt(parseCount(handshakeText) ?? Number.NaN)
  if (latestHandshakeAtEpochMs === null) return wrong(5, 'handshake time')
  const [receivedBytes, sentBytes] = [parseCount(rx), parseCount(tx)]
  if (receivedBytes === undefined || sentBytes === undefined) return wrong(6, 'byte counters')
  const keepaliveSeconds = keepalive === 'off' ? 0 : parseCount(keepalive)
  if (keepaliveSeconds === undefined || keepaliveSeconds > LONGEST_KEEPALIVE_SECONDS) return wrong(8, 'keepalive')
  const publicPart = { publicKey: publicKey.right, endpoint, allowedIps, latestHandshakeAtEpochMs }
  return E.right({ ...publicPart, receivedBytes, sentBytes, keepaliveSeconds })
}
