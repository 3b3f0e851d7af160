import { type HostCapability, hostCapabilities } from '../values/index.js'

export { type HostCapability, hostCapabilities }

/** A capability that is missing says what follows from that, in one sentence for people. */
export type CapabilityState = { readonly supported: true } | { readonly supported: false; readonly consequence: string }

/** What a driver can do on its host, name by name; what it can't says what follows from that. */
export type DriverCapabilities = Readonly<Record<HostCapability, CapabilityState>>

/** The names of what is supported, in a fixed order: what an agent reports. */
export const supportedCapabilities = (capabilities: DriverCapabilities): readonly HostCapability[] =>
  hostCapabilities.filter((name) => capabilities[name].supported)

const lacking = (consequence: string): CapabilityState => ({ supported: false, consequence })

/** A driver that can't do anything of this: what follows from each. Drivers spread it and say what they can. */
export const noCapabilities: DriverCapabilities = {
  'isolate-networks': lacking('The host can be in one network only.'),
  filter: lacking('Whatever its peers may send, the host takes in: policies are not enforced there.'),
  forward: lacking('The host can be no gateway and no router.'),
  nat: lacking('The host can be no internet gateway and route no egress with NAT.'),
  nat66: lacking('The host can carry no IPv6 of an egress with NAT.'),
  'prefix-map': lacking('The host can route no egress with a virtual range.'),
  'full-tunnel': lacking('The host can use no internet gateway for all its traffic.'),
  names: lacking('The host does not resolve the names of the mesh.'),
}
