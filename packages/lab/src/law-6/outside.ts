/** What stands outside the mesh: a web server, and everybody's addresses on the internet. */
import type { IpAddress } from '@meshfold/core'

/** Answers everybody who finds the way to it, and back. */
export const webName = 'web'

/** Addresses on the internet, IPv4 and IPv6. */
export interface Outside {
  readonly web: readonly IpAddress[]
  /** Of a host or a phone, by its name. */
  readonly uplinksOf: (name: string) => readonly IpAddress[]
}
