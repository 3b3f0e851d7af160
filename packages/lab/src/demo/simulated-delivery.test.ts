import {
  epochMs,
  hostPrefix,
  ipAddress,
  noNamesFound,
  noPolicyRoutingFound,
  type ObservedHost,
  type ObservedPeer,
  udpEndpointOf,
  type WireguardPublicKey,
} from '@meshfold/core'
import { samplePublicKey } from '@meshfold/core/testing'
import { expect, test } from 'vitest'
import { wouldDeliver } from './simulated-delivery.js'

const [keyA, keyB] = [samplePublicKey(1), samplePublicKey(2)]
const mesh = { from: ipAddress('10.66.0.1'), to: ipAddress('10.66.0.2') }

function host(number: number, publicKey: WireguardPublicKey, peer: ObservedPeer): ObservedHost {
  const address = ipAddress(`198.51.100.${number}`)
  return {
    observedAtEpochMs: epochMs(1),
    interface: {
      name: 'wg0',
      implementation: 'kernel',
      publicKey,
      listenPort: 51_821,
      mtuBytes: 1_420,
      isUp: true,
      addresses: [],
    },
    peers: new Map([[peer.publicKey, peer]]),
    routes: [],
    firewall: undefined,
    forwarding: new Map(),
    foreignFilters: new Map(),
    policyRouting: noPolicyRoutingFound,
    names: noNamesFound,
    underlayAddresses: [{ interfaceName: 'eth0', address, connectedPrefix: hostPrefix(address) }],
    underlayMtu: undefined,
  }
}

function peer(publicKey: WireguardPublicKey, number: number): ObservedPeer {
  return {
    publicKey,
    endpoint: udpEndpointOf(ipAddress(`198.51.100.${number}`), 51_821),
    allowedIps: [hostPrefix(ipAddress(`10.66.0.${number}`))],
    latestHandshakeAtEpochMs: undefined,
    receivedBytes: 0,
    sentBytes: 0,
    keepaliveSeconds: 0,
  }
}

const a = host(1, keyA, peer(keyB, 2))
const b = host(2, keyB, peer(keyA, 1))

test('both know each other', () => {
  expect(wouldDeliver(a, b, mesh)).toBe(true)
})

test('no peer for the address, another endpoint, a source that is not allowed', () => {
  expect(wouldDeliver({ ...a, peers: new Map() }, b, mesh)).toBe(false)
  expect(wouldDeliver(a, { ...b, underlayAddresses: [] }, mesh)).toBe(false)
  expect(wouldDeliver(a, { ...b, peers: new Map() }, mesh)).toBe(false)
  expect(wouldDeliver(a, b, { ...mesh, from: ipAddress('10.66.0.9') })).toBe(false)
})
