import type { UdpEndpoint } from '../values/index.js'

/**
 * Where a host may be reached. `local`: an address of its own; `observed`: how others told it they see it; `declared`: said by
 * its operator. A host's list is in the order in which others shall try.
 */
export interface EndpointCandidate {
  readonly endpoint: UdpEndpoint
  readonly origin: 'local' | 'observed' | 'declared'
}

/** A host reports so many at most: nobody can make a mesh knock at many doors. */
export const maxEndpointCandidates = 8
