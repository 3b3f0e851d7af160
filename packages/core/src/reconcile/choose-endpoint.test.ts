import { describe, expect, test } from 'vitest'
import { sampleObservedAt, samplePublicKey } from '../testing/arbitraries/hosts.js'
import { epochMs, type UdpEndpoint, udpEndpoint } from '../values/index.js'
import { endpointToWrite, LIVE_HANDSHAKE_MS } from './choose-endpoint.js'
import type { DesiredPeer } from './desired-host.js'
import type { ObservedPeer } from './observed-host.js'

const publicKey = samplePublicKey(1)
const [home, office, roamed] = ['192.0.2.1:51821', '198.51.100.2:51821', '203.0.113.3:40000'].map(udpEndpoint)

const wanting = (...endpointCandidates: readonly (UdpEndpoint | undefined)[]): DesiredPeer => ({
  publicKey,
  allowedIps: [],
  endpointCandidates: endpointCandidates.filter((endpoint) => endpoint !== undefined),
  keepaliveSeconds: 0,
})

const foundAt = (endpoint: UdpEndpoint | undefined, handshakeAgeMs?: number): ObservedPeer => ({
  publicKey,
  endpoint,
  allowedIps: [],
  latestHandshakeAtEpochMs: handshakeAgeMs === undefined ? undefined : epochMs(sampleObservedAt - handshakeAgeMs),
  receivedBytes: 0,
  sentBytes: 0,
  keepaliveSeconds: 0,
})

const live = 1_000
const stale = LIVE_HANDSHAKE_MS

describe('the endpoint to write', () => {
  test.each([
    ['a new peer gets the best', wanting(home, office), undefined, undefined, home],
    ['a new peer without candidates comes to us', wanting(), undefined, undefined, undefined],
    ['a peer without endpoint gets the best', wanting(home), foundAt(undefined, live), undefined, home],
    ['one of the candidates stays, though not the best', wanting(home, office), foundAt(office), undefined, undefined],
    ['a roamed one stays while it is live', wanting(home), foundAt(roamed, live), undefined, undefined],
    ['a roamed one goes when it is silent', wanting(home), foundAt(roamed, stale), undefined, home],
    ['one that never answered goes', wanting(home), foundAt(roamed), undefined, home],
    ['a withdrawn one goes, live or not', wanting(home), foundAt(office, live), wanting(office), home],
    ['a roamed one was never a candidate', wanting(home), foundAt(roamed, live), wanting(office), undefined],
    ['a withdrawn one stays for lack of another', wanting(), foundAt(office, live), wanting(office), undefined],
    ['never what is there already', wanting(home), foundAt(home, stale), wanting(home), undefined],
  ])('%s', (_, desired, observed, previous, expected) => {
    expect(endpointToWrite({ desired, observed, previous, observedAtEpochMs: sampleObservedAt })).toBe(expected)
  })

  test('a handshake counts as live for less than 180 s', () => {
    const at = (age: number) =>
      endpointToWrite({
        desired: wanting(home),
        observed: foundAt(roamed, age),
        previous: undefined,
        observedAtEpochMs: sampleObservedAt,
      })
    expect(at(179_999)).toBeUndefined()
    expect(at(180_000)).toBe(home)
  })
})
