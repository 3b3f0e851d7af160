/** What a host's driver may be able to do. The names travel in `HostRegistered`, so that rules can ask for them. */
export type HostCapability =
  /** Keeps traffic of one network from entering another on the same host. Needed for a host in several networks. */
  'isolate-networks'

/** Every capability, for exhaustive tables and codecs. */
export const hostCapabilities: readonly HostCapability[] = ['isolate-networks']
