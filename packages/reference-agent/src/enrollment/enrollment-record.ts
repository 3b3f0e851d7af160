import {
  hostIdCodec,
  hostNameCodec,
  identityPublicKeyCodec,
  ipPrefixCodec,
  meshIdCodec,
  udpEndpointCodec,
  wireguardPublicKeyCodec,
} from '@meshfold/core'
import * as t from 'io-ts'

const port = t.refinement(t.number, (n) => Number.isInteger(n) && n >= 1 && n <= 65_535, 'a port')
const count = t.refinement(t.number, (n) => Number.isSafeInteger(n) && n >= 0, 'a count')

/** What a host knows since it enrolled, and how its agent was told to behave. Holds no secret. */
export const enrollmentRecordCodec = t.readonly(
  t.strict({
    format: t.literal(1),
    serverUrl: t.string,
    /** Certificates in PEM that the server's must lead to; `null`: those that the system trusts. */
    serverCa: t.union([t.string, t.null]),
    /** Path of the agents' WebSocket on that server. */
    agentUrlPath: t.string,
    /** No other server is believed. */
    serverIdentityKey: identityPublicKeyCodec,
    meshId: meshIdCodec,
    /** The mesh's epoch when it enrolled. */
    epoch: count,
    hostId: hostIdCodec,
    name: hostNameCodec,
    wireguardKey: wireguardPublicKeyCodec,
    identityKey: identityPublicKeyCodec,
    interfaceName: t.string,
    /** Asked for; the mesh may have given it another. */
    listenPort: port,
    declaredEndpoints: t.readonlyArray(udpEndpointCodec),
    excludedPrefixes: t.readonlyArray(ipPrefixCodec),
  }),
  'Enrollment',
)

/** {@link enrollmentRecordCodec} in memory. */
export type EnrollmentRecord = t.TypeOf<typeof enrollmentRecordCodec>
