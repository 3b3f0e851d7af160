import type { ObservedPeer, WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { createValueParsers, type ValueParsers } from './value-parsers.js'
import {
  parseMark,
  parsePort,
  readPeer,
  type Unreadable,
  unreadable,
  type WireguardDevice,
} from './wireguard-device.js'

const NONE = '(none)'
const INTERFACE_COLUMNS = 4
const PEER_COLUMNS = 8

/**
 * Reads `wg show <interface> dump` (wg(8)): tab-separated, one line for the interface with its private key in the first
 * column, one a peer. Errors name line and column and never the content.
 */
export function parseWgDump(
  text: string,
  parsers: ValueParsers = createValueParsers(),
): E.Either<Unreadable, WireguardDevice> {
  const [first = '', ...rest] = text.split('\n')
  const columns = first.split('\t')
  if (columns.length !== INTERFACE_COLUMNS) return unreadable(`line 1 has not ${INTERFACE_COLUMNS} columns`)
  const [, publicText = '', portText = '', markText = ''] = columns
  const publicKey = publicText === NONE ? undefined : parsers.key(publicText)
  if (publicKey === undefined && publicText !== NONE) return unreadable('line 1: no public key in column 2')
  const listenPort = parsePort(portText)
  if (listenPort === undefined) return unreadable('line 1: no port in column 3')
  const mark = parseMark(markText)
  if (mark === undefined) return unreadable('line 1: no mark in column 4')
  const peers = new Map<WireguardPublicKey, ObservedPeer>()
  for (const [index, line] of rest.entries()) {
    if (line === '' && index === rest.length - 1) continue
    const peer = parsePeerLine(line, parsers, `line ${index + 2}`)
    if (E.isLeft(peer)) return peer
    peers.set(peer.right.publicKey, peer.right)
  }
  return E.right({ publicKey, listenPort, mark, peers })
}

function parsePeerLine(line: string, parsers: ValueParsers, place: string): E.Either<Unreadable, ObservedPeer> {
  const columns = line.split('\t')
  if (columns.length !== PEER_COLUMNS) return unreadable(`${place} has not ${PEER_COLUMNS} columns`)
  const [key = '', , endpoint = '', ips = '', handshake = '', received = '', sent = '', keepalive = ''] = columns
  const printed = {
    endpoint: endpoint === NONE ? undefined : endpoint,
    allowedIps: ips === NONE ? [] : ips.split(','),
    handshakeSeconds: handshake,
    receivedBytes: received,
    sentBytes: sent,
    keepaliveSeconds: keepalive === 'off' ? '0' : keepalive,
  }
  return readPeer(parsers.key(key), printed, parsers, place)
}
