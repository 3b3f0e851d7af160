import type {
  ClientId,
  DeviceId,
  EpochMs,
  HostName,
  IpAddress,
  IpPrefix,
  NetworkId,
  NodeId,
  TagName,
  UserId,
  WireguardPublicKey,
} from '../../values/index.js'

/** A WireGuard device that runs no agent and is configured by a file (B4). Its private key is never here. */
export interface Client {
  readonly clientId: ClientId
  readonly networkId: NetworkId
  /** The gateway it connects to. */
  readonly gatewayId: NodeId
  /** Unique in the network, among nodes too. */
  readonly name: HostName
  readonly createdAtEpochMs: EpochMs
  readonly publicKey: WireguardPublicKey
  /** Inside the network's ranges: single addresses or subnets, sorted; one at least. */
  readonly addresses: readonly IpPrefix[]
  /** Its own further addresses outside the network's ranges, written to `Address`; sorted. */
  readonly additionalAddresses: readonly IpPrefix[]
  /** Prefixes behind it; sorted. */
  readonly prefixesBehind: readonly IpPrefix[]
  /** `null`: the network's default (B10). */
  readonly dns: readonly IpAddress[] | null
  /** Shell lines of `PostUp`, in order. */
  readonly postUp: readonly string[]
  readonly postDown: readonly string[]
  /** Whether all its traffic goes through the gateway (B5); counts while that is, or cascades to, an internet gateway. */
  readonly fullTunnel: boolean
  readonly enabled: boolean
  /** `null`: nobody's; an administrator made it. */
  readonly ownerUserId: UserId | null
  /** Which of the owner's devices it is; `null`: none was named. */
  readonly deviceId: DeviceId | null
  /** Sorted. */
  readonly tags: readonly TagName[]
  /** Whether its private key was given to the server's vault, by choice (B8). */
  readonly keyVaulted: boolean
  /** Which config its user was last given: a hash of the file without the private key; `null`: none yet (B6). */
  readonly issuedConfig: IssuedConfig | null
}

/** The file that a client's user was last given. */
export interface IssuedConfig {
  /** Of the file without the private key. */
  readonly hash: string
  readonly atEpochMs: EpochMs
}
