import type { EpochMs, IpAddress, IpFamily, IpPrefix, UdpEndpoint, WireguardPublicKey } from '../values/index.js'
import type { FirewallSetId } from './desired-firewall.js'
import type { HostRoute } from './desired-host.js'
import type { ForeignFilter, ForeignFilterName } from './foreign-filter.js'
import type { ObservedNames } from './host-names.js'
import type { ObservedPolicyRouting } from './policy-routing.js'
import type { UnderlayMtu } from './underlay-mtu.js'
import type { WaysOutside } from './ways-outside.js'

/** What a driver read from its host at one moment: own interface, own routes, and the underlay's addresses. */
export interface ObservedHost {
  readonly observedAtEpochMs: EpochMs
  /** `undefined`: there is no such interface. Routes then are none either. */
  readonly interface: ObservedInterface | undefined
  /**
   * Without an interface: the name that somebody gave it. It goes when the interface is made anew, or is to be gone. Left out: nobody did,
   * or the driver can't tell.
   */
  readonly renamedTo?: string
  readonly peers: ReadonlyMap<WireguardPublicKey, ObservedPeer>
  /** Routes over the own interface that a driver put there, or somebody else did. */
  readonly routes: readonly HostRoute[]
  /** `undefined`: there is none of ours. It may be there without an interface. */
  readonly firewall: ObservedFirewall | undefined
  /** Of each family that the host has, whether it passes packets on. */
  readonly forwarding: ReadonlyMap<IpFamily, ForwardingState>
  /** Packet filters of others that may drop what is the mesh's. */
  readonly foreignFilters: ReadonlyMap<ForeignFilterName, ForeignFilter>
  /** It may be there without an interface. */
  readonly policyRouting: ObservedPolicyRouting
  /** They may be there without an interface. */
  readonly names: ObservedNames
  /** Addresses of the host's other interfaces, global scope only: candidates for endpoints. */
  readonly underlayAddresses: readonly UnderlayAddress[]
  /** On the ways to peers with whom there was a handshake, or to any where there was none; `undefined`: it knows no way to any. */
  readonly underlayMtu: UnderlayMtu | undefined
  /** Left out: nobody asked, or the driver can't tell. */
  readonly waysOutside?: WaysOutside
}

/** WireGuard's own part of an {@link ObservedHost}. */
export interface ObservedTunnel extends Pick<ObservedHost, 'observedAtEpochMs' | 'peers'> {
  /** 0: not bound. */
  readonly listenPort: number
}

/** `switched-on`: by the driver, which switches it off again; `on`: by somebody else, who is left alone. */
export type ForwardingState = 'off' | 'on' | 'switched-on'

/** The own packet filter and address translation as the system shows them. */
export interface ObservedFirewall {
  /** What `firewallRulesHash` says of the rules that were put there; something else when somebody changed them. */
  readonly rulesHash: string
  readonly sets: ReadonlyMap<FirewallSetId, readonly IpPrefix[]>
}

/** The own WireGuard interface as the system shows it. */
export interface ObservedInterface {
  readonly name: string
  /** `kernel`: WireGuard of the operating system; `userspace`: a process such as wireguard-go. */
  readonly implementation: 'kernel' | 'userspace'
  /** `undefined` until a private key was set. */
  readonly publicKey: WireguardPublicKey | undefined
  readonly listenPort: number
  readonly mtuBytes: number
  readonly isUp: boolean
  readonly addresses: readonly IpAddress[]
}

/** A WireGuard peer as the system shows it. */
export interface ObservedPeer {
  readonly publicKey: WireguardPublicKey
  readonly endpoint: UdpEndpoint | undefined
  readonly allowedIps: readonly IpPrefix[]
  /** `undefined`: never. Seconds' resolution. */
  readonly latestHandshakeAtEpochMs: EpochMs | undefined
  /** Counted from the peer's creation, handshakes and keepalives included. */
  readonly receivedBytes: number
  readonly sentBytes: number
  readonly keepaliveSeconds: number
}

/** An address of the host outside the mesh. */
export interface UnderlayAddress {
  readonly interfaceName: string
  readonly address: IpAddress
  /** The prefix that the address is connected to, such as `192.168.1.0/24`. */
  readonly connectedPrefix: IpPrefix
}
