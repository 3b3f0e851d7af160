import type * as t from 'io-ts'
import { hostIdCodec } from '../../values/index.js'
import { endpointCandidatesCodec, localPrefixesCodec, portCodec } from '../event-parts.js'
import { commandCodec } from './command-codec.js'

/** A host says where it may be reached now (A7), all of it. `[]` when nothing changed. */
export const reportHostEndpointsCodec = commandCodec('ReportHostEndpoints', {
  hostId: hostIdCodec,
  /** Wanted: that of its configuration, unless it can't have that. Another host behind the same public address may have it. */
  listenPort: portCodec,
  endpoints: endpointCandidatesCodec,
  localPrefixes: localPrefixesCodec,
})
export type ReportHostEndpoints = t.TypeOf<typeof reportHostEndpointsCodec>
