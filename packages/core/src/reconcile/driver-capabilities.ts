import { type HostCapability, hostCapabilities } from '../values/index.js'

export { type HostCapability, hostCapabilities }

/** A capability that is missing says what follows from that, in one sentence for people. */
export type CapabilityState = { readonly supported: true } | { readonly supported: false; readonly consequence: string }

export type DriverCapabilities = Readonly<Record<HostCapability, CapabilityState>>

/** The names of what is supported, in a fixed order: what an agent reports. */
export const supportedCapabilities = (capabilities: DriverCapabilities): readonly HostCapability[] =>
  hostCapabilities.filter((name) => capabilities[name].supported)
