import {
  type DesiredHost,
  type HostDriver,
  hostPrefix,
  ipAddress,
  ipPrefix,
  noNames,
  noPolicyRouting,
  type ReconcileReport,
  reconcile,
  udpEndpoint,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type Host, type Keys, type Lab, makeKeys } from '../../../lab/src/index.js'
import { openDriver } from './lab-driver.js'

/** One end of the tunnel. */
export interface TunnelEnd {
  readonly host: Host
  readonly keys: Keys
  readonly driver: HostDriver
  readonly desired: DesiredHost
}

/** A host as the mesh wants it: one peer, one address of each family; the numbers are the last parts of addresses. */
export function meshHost(
  own: { readonly keys: Keys; readonly number: number },
  peer: { readonly keys: Keys; readonly number: number; readonly endpoint?: string },
): DesiredHost {
  const [ipv4, ipv6] = [ipAddress(`10.66.0.${own.number}`), ipAddress(`fd66::${own.number}`)]
  const { publicKey } = peer.keys
  const allowedIps = [`10.66.0.${peer.number}`, `fd66::${peer.number}`].map((text) => hostPrefix(ipAddress(text)))
  const endpointCandidates = peer.endpoint === undefined ? [] : [udpEndpoint(`${peer.endpoint}:51821`)]
  return {
    publicKey: own.keys.publicKey,
    listenPort: 51821,
    mtuBytes: 1400,
    addresses: [ipv4, ipv6],
    peers: new Map([[publicKey, { publicKey, allowedIps, endpointCandidates, keepaliveSeconds: 0 }]]),
    firewall: null,
    forwards: false,
    policyRouting: noPolicyRouting,
    names: noNames,
    routes: [
      { prefix: ipPrefix('10.66.0.0/24'), preferredSource: ipv4, metric: 50 },
      { prefix: ipPrefix('fd66::/64'), preferredSource: ipv6, metric: 50 },
    ],
  }
}

/** Two hosts on the internet, and a tunnel between them that the driver made: 10.66.0.1 and 10.66.0.2. */
export async function twoHosts(lab: Lab): Promise<readonly [TunnelEnd, TunnelEnd]> {
  const [alpha, beta] = await lab.publicHosts(['alpha', 'beta'])
  const [a, b] = [makeKeys(), makeKeys()]
  const endpoint = lab.inet.uplink(beta).address.ipv4
  const ends: readonly [TunnelEnd, TunnelEnd] = [
    {
      host: alpha,
      keys: a,
      driver: await openDriver(alpha, a),
      desired: meshHost({ keys: a, number: 1 }, { keys: b, number: 2, endpoint }),
    },
    {
      host: beta,
      keys: b,
      driver: await openDriver(beta, b),
      desired: meshHost({ keys: b, number: 2 }, { keys: a, number: 1 }),
    },
  ]
  for (const { driver, desired } of ends) await converge(driver, desired)
  return ends
}

/** Reconciles; fails the test when that does not work out. */
export async function converge(driver: HostDriver, desired: DesiredHost | undefined): Promise<ReconcileReport> {
  const report = await reconcile(driver, desired)
  if (E.isLeft(report)) throw new Error(JSON.stringify(report.left, null, 1))
  return report.right
}
