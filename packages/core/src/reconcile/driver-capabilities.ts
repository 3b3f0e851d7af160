/** What a driver may be able to do. The names travel in `HostRegistered`, so that rules can ask for them. */
export type HostCapability =
  /** Keeps traffic of one network from entering another on the same host. Needed for a host in several networks. */
  'isolate-networks'

/** Every capability, for exhaustive tables and codecs. */
export const hostCapabilities: readonly HostCapability[] = ['isolate-networks']

/** A capability that is missing says what follows from that, in one sentence for people. */
export type CapabilityState = { readonly supported: true } | { readonly supported: false; readonly consequence: string }

export type DriverCapabilities = Readonly<Record<HostCapability, CapabilityState>>

/** The names of what is supported, in a fixed order: what an agent reports. */
export const supportedCapabilities = (capabilities: DriverCapabilities): readonly HostCapability[] =>
  hostCapabilities.filter((name) => capabilities[name].supported)
