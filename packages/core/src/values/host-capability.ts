/** What a host's driver may be able to do. The names travel in `HostRegistered`, so that rules can ask for them. */
export type HostCapability =
  /** Keeps traffic of one network from entering another on the same host. Needed for a host in several networks. */
  | 'isolate-networks'
  /** Lets through only what policies allow. Without it a host takes in what its peers' keys permit. */
  | 'filter'
  /** Passes packets on for others: gateways and routers. */
  | 'forward'
  /** Masquerades IPv4: egress with NAT, internet gateways. */
  | 'nat'
  /** Masquerades IPv6. */
  | 'nat66'
  /** Maps one prefix to another, both families: virtual ranges. */
  | 'prefix-map'
  /** Sends everything through the mesh but what the tunnel itself needs. */
  | 'full-tunnel'
  /** Puts the mesh's names into the host's resolver. */
  | 'names'

/** Every capability, for exhaustive tables and codecs. */
export const hostCapabilities: readonly HostCapability[] = [
  'isolate-networks',
  'filter',
  'forward',
  'nat',
  'nat66',
  'prefix-map',
  'full-tunnel',
  'names',
]
