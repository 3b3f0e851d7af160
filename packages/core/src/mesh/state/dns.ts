import type { DnsRecordId, IpAddress, NetworkId, ResolverId } from '../../values/index.js'

/** A name of a network's own besides those of nodes and clients (G8). */
export interface DnsRecord {
  readonly dnsRecordId: DnsRecordId
  readonly networkId: NetworkId
  /** Full, lower case, without a dot at its end. */
  readonly name: string
  /** Sorted; one at least. */
  readonly addresses: readonly IpAddress[]
}

/** Servers that a network's hosts ask about some domains (G8). */
export interface Resolver {
  readonly resolverId: ResolverId
  readonly networkId: NetworkId
  readonly name: string
  /** In order. */
  readonly servers: readonly IpAddress[]
  /** Which names they are asked about: each domain and all below; sorted, one at least. */
  readonly matchDomains: readonly string[]
}
