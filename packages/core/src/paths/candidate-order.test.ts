import { describe, expect, test } from 'vitest'
import type { EndpointCandidate } from '../mesh/endpoint-candidate.js'
import { ipAddress, ipPrefix, udpEndpoint } from '../values/index.js'
import { candidateOrder, type OwnPlace } from './candidate-order.js'

const candidate = (text: string, origin: EndpointCandidate['origin']): EndpointCandidate => ({
  endpoint: udpEndpoint(text),
  origin,
})
const lan = candidate('192.168.1.20:51821', 'local')
const seen = candidate('203.0.113.7:51821', 'observed')
const home = (seenAt: string | undefined, address = '192.168.1.10'): OwnPlace => ({
  addresses: [ipAddress(address)],
  prefixes: [ipPrefix('192.168.1.0/24')],
  seenAt: seenAt === undefined ? [] : [udpEndpoint(seenAt)],
  inMesh: [],
})

describe('A7 where a peer is tried first', () => {
  test('behind the same NAT its LAN address', () => {
    expect(candidateOrder([seen, lan], home('203.0.113.7:40000'))).toEqual([lan.endpoint, seen.endpoint])
  })

  test('behind another NAT where it is seen, although the private range is the same', () => {
    expect(candidateOrder([lan, seen], home('203.0.113.9:51821'))).toEqual([seen.endpoint, lan.endpoint])
  })

  test('on an own prefix its LAN address, while nobody knows where either is seen', () => {
    expect(candidateOrder([seen, lan], home(undefined))).toEqual([lan.endpoint, seen.endpoint])
  })

  test('what its operator declared before everything, and its own public address before what others say', () => {
    const declared = candidate('10.9.9.9:51821', 'declared')
    const own = candidate('198.51.100.4:51821', 'local')
    expect(candidateOrder([seen, own, declared], home('203.0.113.9:1'))).toEqual(
      [declared, own, seen].map(({ endpoint }) => endpoint),
    )
  })

  test('never an own address, nor a family that this host lacks, nor one twice', () => {
    const six = candidate('[2001:db8::7]:51821', 'local')
    const twice = candidate('203.0.113.7:51821', 'local')
    expect(candidateOrder([lan, six, seen, twice], home('203.0.113.9:1', '192.168.1.20'))).toEqual([seen.endpoint])
  })

  test('E5 never through the tunnel itself: at its own LAN, which is reached through it', () => {
    const place = { ...home('203.0.113.9:1', '192.168.2.10'), inMesh: [ipPrefix('192.168.1.0/24')] }
    expect(candidateOrder([lan, seen], place)).toEqual([seen.endpoint])
  })

  test('in the order in which its host told them, while nothing is known of this one', () => {
    const other = candidate('198.51.100.4:51821', 'observed')
    expect(candidateOrder([other, seen])).toEqual([other.endpoint, seen.endpoint])
  })
})
