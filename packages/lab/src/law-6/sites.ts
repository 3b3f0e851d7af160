/** Addresses of the world that law 6 is played in: each host has a LAN of its own with one machine, and one that all sites call the same. */
import { type HostId, type IpAddress, type IpPrefix, ipAddress, ipPrefix, prefixContainsAddress } from '@meshfold/core'

/** Most hosts that a topology has. */
export const mostHosts = 7
/** Most clients that a topology has. */
export const mostClients = 2

/** A LAN as host `number` sees it. */
export interface SiteRange {
  readonly prefix: IpPrefix
  readonly router: IpAddress
  readonly machine: IpAddress
}

const range = (network: string, bits: number): SiteRange => ({
  prefix: ipPrefix(`${network}${bits === 24 ? '0' : ''}/${bits}`),
  router: ipAddress(`${network}1`),
  machine: ipAddress(`${network}10`),
})

/** Nobody else has these. */
export const ownRanges = (number: number): readonly SiteRange[] => [
  range(`192.168.${100 + number}.`, 24),
  range(`fd0a:0:0:${number}::`, 64),
]

/** Every site has these. */
export const commonRanges: readonly SiteRange[] = [range('192.168.99.', 24), range('fd0a:0:0:99::', 64)]

/** All that host `number` has beside its uplink. */
export const siteRanges = (number: number): readonly SiteRange[] => [...ownRanges(number), ...commonRanges]

/** The LAN of a host that has the address. */
export const siteOf = (id: HostId, address: IpAddress): SiteRange | undefined =>
  siteRanges(Number(id.split('-')[1])).find(({ prefix }) => prefixContainsAddress(prefix, address))

/** What others call the common ranges of host `number`, where an egress says so. */
export const virtualRanges = (number: number): readonly IpPrefix[] => [
  ipPrefix(`100.64.${number}.0/24`),
  ipPrefix(`fd64:0:0:${number}::/64`),
]

/** The host's interface to its LAN. */
export const siteInterface = 'eth1'

/** What others call the machine of host `number`, where an egress says so. */
export const virtualAddresses = (number: number): readonly IpAddress[] => [
  ipAddress(`100.64.${number}.10`),
  ipAddress(`fd64:0:0:${number}::10`),
]

/** Another address of client `number`, outside every network's range. */
export const additionalAddress = (number: number): IpPrefix => ipPrefix(`10.77.${number}.1/32`)

/** The ranges of an egress that leads everywhere (E4). */
export const everything: readonly IpPrefix[] = [ipPrefix('0.0.0.0/0'), ipPrefix('::/0')]

/** Around the LANs of all sites: wider than any of them. */
export const aroundSites: readonly IpPrefix[] = [ipPrefix('192.168.0.0/16'), ipPrefix('fd0a::/48')]

/** Around the addresses that hosts, phones and the web server have on the internet: one as wide as their provider's, and one in it. */
export const aroundUplinks: readonly (readonly IpPrefix[])[] = [
  [ipPrefix('198.51.100.0/24'), ipPrefix('2001:db8:51::/64')],
  [ipPrefix('198.51.100.0/28'), ipPrefix('2001:db8:51::/124')],
]
