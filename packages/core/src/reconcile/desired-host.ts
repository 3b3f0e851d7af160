import type { HostRoute, IpAddress, IpPrefix, UdpEndpoint, WireguardPublicKey } from '../values/index.js'
import type { DesiredFirewall } from './desired-firewall.js'
import type { DesiredNames } from './host-names.js'
import type { PolicyRouting } from './policy-routing.js'

export type { HostRoute }

/**
 * What one host's WireGuard interface, addresses and routes should be: the last form before the operating system, made from a
 * host's expanded config and the paths chosen on it. Names no fragment, network or node any more.
 */
export interface DesiredHost {
  /** The host's own key; a driver holds the private half and refuses when it doesn't fit. */
  readonly publicKey: WireguardPublicKey
  /** UDP port, 1–65535. */
  readonly listenPort: number
  /** At most: less where the way to a peer is narrower (`tunnelMtuOf`). */
  readonly mtuBytes: number
  /** Own addresses, each put on the interface alone (/32, /128): what lies behind them is said by `routes`. */
  readonly addresses: readonly IpAddress[]
  readonly peers: ReadonlyMap<WireguardPublicKey, DesiredPeer>
  readonly routes: readonly HostRoute[]
  /** Whether packets of others are passed on, of both families: of gateways and routers. Wants a firewall. */
  readonly forwards: boolean
  /** `null`: the host filters nothing and translates nothing. */
  readonly firewall: DesiredFirewall | null
  readonly policyRouting: PolicyRouting
  readonly names: DesiredNames
}

/** What one WireGuard peer of the host should be. */
export interface DesiredPeer {
  readonly publicKey: WireguardPublicKey
  /** Sorted and unique over all peers of the host: WireGuard gives a prefix to one peer only. */
  readonly allowedIps: readonly IpPrefix[]
  /**
   * Where the peer may be reached, best first. Not a demand: WireGuard's own endpoint stays while it is one of these or a
   * handshake is live (the peer roamed there). Empty: the peer comes to us.
   */
  readonly endpointCandidates: readonly UdpEndpoint[]
  /** 0: none. */
  readonly keepaliveSeconds: number
}
