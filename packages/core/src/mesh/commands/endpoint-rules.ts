/** Where a host may say that it is reached, and on which port (A3). */
import * as E from 'fp-ts/lib/Either.js'
import * as RA from 'fp-ts/lib/ReadonlyArray.js'
import { endpointAddress, endpointRefusal, type HostId, udpEndpointOf } from '../../values/index.js'
import type { EndpointCandidate } from '../endpoint-candidate.js'
import { freeListenPort, listenAddressesOf } from '../listeners.js'
import { endpointCandidateEq } from '../mesh-equality.js'
import type { MeshError } from '../mesh-error.js'
import type { Host, MeshState } from '../mesh-state.js'
import { meshRanges, rangeAround } from './range-owners.js'

type Reachability = Pick<Host, 'listenPort' | 'endpoints'>
type Wanted = Reachability & Pick<Host, 'enrolledFrom'>

/**
 * The endpoints and the port that the host gets: the wanted one, or the next that no other host has behind the same public address.
 * Its `local` endpoints move along with the port; the others are as somebody else sees or declared them.
 */
export const settleEndpoints = (
  state: MeshState,
  hostId: HostId,
  wanted: Wanted,
): E.Either<MeshError, Reachability> => {
  const problem = endpointsProblem(state, wanted.endpoints)
  if (problem !== undefined) return E.left(problem)
  const listenPort = freeListenPort(state, hostId, wanted, wanted.listenPort)
  if (listenPort === undefined) return E.left({ code: 'listen-ports-exhausted', addresses: listenAddressesOf(wanted) })
  const moved = listenPort === wanted.listenPort ? wanted.endpoints : moveLocalEndpoints(wanted.endpoints, listenPort)
  return E.right({ listenPort, endpoints: RA.uniq(endpointCandidateEq)(moved) })
}

/** The endpoints of a host that listens on another port from now on. */
export const moveLocalEndpoints = (
  endpoints: readonly EndpointCandidate[],
  listenPort: number,
): readonly EndpointCandidate[] =>
  endpoints.map(({ endpoint, origin }) => ({
    endpoint: origin === 'local' ? udpEndpointOf(endpointAddress(endpoint), listenPort) : endpoint,
    origin,
  }))

const endpointsProblem = (state: MeshState, endpoints: readonly EndpointCandidate[]): MeshError | undefined => {
  const owners = endpoints.length === 0 ? [] : meshRanges(state)
  for (const { endpoint } of endpoints) {
    const refusal = endpointRefusal(endpoint)
    if (refusal !== undefined) return { code: 'endpoint-refused', endpoint, reason: refusal, owner: null }
    const owner = rangeAround(owners, endpointAddress(endpoint))
    if (owner !== undefined) return { code: 'endpoint-refused', endpoint, reason: 'mesh-range', owner }
  }
  return undefined
}
