import type { IpAddress } from './ip-address.js'
import type { IpPrefix } from './ip-prefix.js'

/** A route through the mesh interface. */
export interface HostRoute {
  readonly prefix: IpPrefix
  /** Source address of packets that the host itself sends there; `null` where the host has none of that family. */
  readonly preferredSource: IpAddress | null
  /** 1–65535: lower wins. */
  readonly metric: number
}
