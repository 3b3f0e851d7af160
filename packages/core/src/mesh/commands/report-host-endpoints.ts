import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { hostIdCodec } from '../../values/index.js'
import { endpointCandidatesCodec, localPrefixesCodec, portCodec } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { hostEndpointsEq } from '../mesh-equality.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { settleEndpoints } from './endpoint-rules.js'

/** A host says where it may be reached now (A7), all of it. `[]` when nothing changed. */
export type ReportHostEndpoints = t.TypeOf<typeof reportHostEndpointsCodec>

export const reportHostEndpointsCodec = commandCodec('ReportHostEndpoints', {
  hostId: hostIdCodec,
  /** Wanted: that of its configuration, unless it can't have that. Another host behind the same public address may have it. */
  listenPort: portCodec,
  endpoints: endpointCandidatesCodec,
  localPrefixes: localPrefixesCodec,
})

export const decideReportHostEndpoints = (command: ReportHostEndpoints, state: ExistingMesh): Decision => {
  const { hostId, localPrefixes, atEpochMs } = command
  const host = largeMapGet(state.hosts, hostId)
  if (host === undefined) return refuse({ code: 'host-unknown', hostId })
  const settled = settleEndpoints(state, hostId, { ...command, enrolledFrom: host.enrolledFrom })
  if (E.isLeft(settled)) return settled
  const reported = { ...settled.right, localPrefixes }
  if (hostEndpointsEq.equals(host, reported)) return alreadySo
  return E.right([{ type: 'HostEndpointsChanged', atEpochMs, hostId, ...reported }])
}
