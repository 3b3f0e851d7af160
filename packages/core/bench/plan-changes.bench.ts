/** One peer more among many on one host: what planning it costs when all peers are compared, and when only the changed one is. */
import {
  applyHostChanges,
  changedPeersBetween,
  type DesiredHost,
  type DesiredPeer,
  epochMs,
  hostPrefix,
  ipAddressFromBigInt,
  noNames,
  noNamesFound,
  noPolicyRouting,
  noPolicyRoutingFound,
  type ObservedHost,
  planChanges,
  planPeerChanges,
  type WireguardPublicKey,
  wireguardKeyFromBytes,
} from '@meshfold/core'
import { medianMilliseconds } from './measure.js'

const bareHost: ObservedHost = {
  observedAtEpochMs: epochMs(0),
  interface: undefined,
  peers: new Map(),
  routes: [],
  firewall: undefined,
  forwarding: new Map(),
  foreignFilters: new Map(),
  policyRouting: noPolicyRoutingFound,
  names: noNamesFound,
  underlayAddresses: [],
  underlayMtu: undefined,
}

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const metrics: Record<string, number> = {}
  for (const size of [1000, 10_000]) {
    const before = hostWith(size)
    const after = { ...before, peers: new Map(before.peers).set(keyOf(size), peerOf(size)) }
    const observed = applyHostChanges(bareHost, planChanges(bareHost, before), {
      name: 'mesh0',
      implementation: 'kernel',
    })
    const changed = changedPeersBetween(before, after)
    metrics[`planAllOf${size}PeersMs`] = medianMilliseconds(15, () => planChanges(observed, after))
    metrics[`findChangedOf${size}PeersMs`] = medianMilliseconds(15, () => changedPeersBetween(before, after))
    metrics[`planOneOf${size}PeersMs`] = medianMilliseconds(15, () => planPeerChanges(observed, after, changed))
  }
  return { bench: 'plan-changes', metrics }
}

const hostWith = (count: number): DesiredHost => {
  const peers = new Map(Array.from({ length: count }, (_, n) => [keyOf(n), peerOf(n)]))
  return {
    publicKey: keyOf(-1),
    listenPort: 51821,
    mtuBytes: 1420,
    addresses: [],
    routes: [],
    firewall: null,
    forwards: false,
    policyRouting: noPolicyRouting,
    names: noNames,
    peers,
  }
}

const peerOf = (n: number): DesiredPeer => {
  const allowedIps = [hostPrefix(ipAddressFromBigInt(4, BigInt(0x0a42_0000 + n)))]
  return { publicKey: keyOf(n), allowedIps, endpointCandidates: [], keepaliveSeconds: 0 }
}

const keyOf = (n: number): WireguardPublicKey => {
  const bytes = new Uint8Array(32).fill(1)
  new DataView(bytes.buffer).setInt32(0, n)
  const key = wireguardKeyFromBytes(bytes)
  if (key._tag === 'Left') throw new TypeError(key.left.reason)
  return key.right
}
