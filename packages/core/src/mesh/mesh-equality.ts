/** When two pieces of state say the same. A field that is added to one of them without a line here doesn't compile. */
import * as B from 'fp-ts/lib/boolean.js'
import * as Eq from 'fp-ts/lib/Eq.js'
import * as N from 'fp-ts/lib/number.js'
import * as RA from 'fp-ts/lib/ReadonlyArray.js'
import * as S from 'fp-ts/lib/string.js'
import type { IpAddress, IpPrefix } from '../values/index.js'
import type { EndpointCandidate } from './endpoint-candidate.js'
import type {
  ApiToken,
  DnsRecord,
  Egress,
  EgressRouter,
  EnrollmentKey,
  Host,
  HostSystem,
  Mesh,
  MeshSettings,
  Network,
  NetworkSettings,
  Node,
  SignIn,
  TunnelSettings,
  User,
} from './mesh-state.js'

const meshSettingsEq = Eq.struct<MeshSettings>({
  domain: S.Eq,
  controlRange4: S.Eq,
  controlRange6: S.Eq,
  ephemeralGraceSeconds: N.Eq,
})

/** What an administrator says of a mesh. */
export const meshContentEq = Eq.struct<Pick<Mesh, 'name' | 'settings'>>({ name: S.Eq, settings: meshSettingsEq })

const networkSettingsEq = Eq.struct<NetworkSettings>({
  keepaliveSeconds: N.Eq,
  mtuBytes: N.Eq,
  joinApproval: S.Eq,
  clientDns: RA.getEq(S.Eq),
  privateUnderlay: B.Eq,
  gatewayBehindInternetGateway: S.Eq,
  virtualPool4: Eq.eqStrict,
  virtualPool6: Eq.eqStrict,
})

/** What an administrator says of a network. */
export const networkContentEq = Eq.struct<Pick<Network, 'name' | 'range4' | 'range6' | 'settings'>>({
  name: S.Eq,
  range4: Eq.eqStrict,
  range6: Eq.eqStrict,
  settings: networkSettingsEq,
})

const hostSystemEq = Eq.struct<HostSystem>({ os: S.Eq, osVersion: S.Eq, arch: S.Eq, agentVersion: S.Eq })

/** What `HostUpdated` carries. */
export const hostContentEq = Eq.struct<Pick<Host, 'name' | 'system' | 'listenPort' | 'mtuBytes' | 'capabilities'>>({
  name: S.Eq,
  system: hostSystemEq,
  listenPort: N.Eq,
  mtuBytes: Eq.eqStrict,
  capabilities: RA.getEq(S.Eq),
})

/** The same door, known the same way. */
export const endpointCandidateEq = Eq.struct<EndpointCandidate>({ endpoint: S.Eq, origin: S.Eq })

/** What `HostEndpointsChanged` carries. */
export const hostEndpointsEq = Eq.struct<Pick<Host, 'listenPort' | 'endpoints' | 'localPrefixes'>>({
  listenPort: N.Eq,
  endpoints: RA.getEq(endpointCandidateEq),
  localPrefixes: RA.getEq(S.Eq),
})

const tunnelSettingsEq = Eq.struct<TunnelSettings>({ whenGatewayGone: S.Eq, localNetwork: S.Eq, dns: S.Eq })

/** What `NodeTraitsUpdated` carries. */
export const nodeTraitsEq = Eq.struct<Pick<Node, 'tunnel' | 'autoRelay' | 'ownLan'>>({
  tunnel: tunnelSettingsEq,
  autoRelay: S.Eq,
  ownLan: S.Eq,
})

/** The same way of being relayed. */
export const keyGatewayEq = Eq.fromEquals<EnrollmentKey['gateway']>((one, other) => {
  if (one === null || other === null) return one === other
  return one.mode === 'manual' ? other.mode === 'manual' && one.nodeId === other.nodeId : other.mode === 'auto'
})

/** What an administrator says of an enrolment key. */
export const enrollmentKeyContentEq = Eq.struct<Omit<EnrollmentKey, 'keyId' | 'uses' | 'revoked' | 'suspended'>>({
  name: S.Eq,
  secretHash: S.Eq,
  networkIds: RA.getEq(S.Eq),
  maxUses: Eq.eqStrict,
  expiresAtEpochMs: Eq.eqStrict,
  preApproved: B.Eq,
  ephemeral: B.Eq,
  gateway: keyGatewayEq,
  tags: RA.getEq(S.Eq),
})

/** What `UserUpdated` carries. */
export const userContentEq = Eq.struct<Pick<User, 'displayName' | 'role' | 'networkIds' | 'signIn' | 'disabled'>>({
  displayName: S.Eq,
  role: S.Eq,
  networkIds: RA.getEq(S.Eq),
  signIn: { equals: sameSignIn },
  disabled: B.Eq,
})

/** What whoever made an API token said of it. */
export const apiTokenContentEq = Eq.struct<Omit<ApiToken, 'apiTokenId' | 'createdAtEpochMs'>>({
  userId: S.Eq,
  name: S.Eq,
  secretHash: S.Eq,
  scope: S.Eq,
  expiresAtEpochMs: Eq.eqStrict,
})

/** The same name for the same addresses, in the same order. */
export const dnsRecordEq = Eq.struct<DnsRecord>({
  dnsRecordId: S.Eq,
  networkId: S.Eq,
  name: S.Eq,
  addresses: RA.getEq(S.Eq),
})

/** The same prefixes in the same order. */
export const prefixListEq = RA.getEq<IpPrefix>(S.Eq)

/** The same addresses in the same order. */
export const addressListEq = RA.getEq<IpAddress>(S.Eq)

const egressRouterEq = Eq.struct<EgressRouter>({ nodeId: S.Eq, metric: N.Eq, interfaceName: Eq.eqStrict })

/** What an administrator says of an egress. */
export const egressContentEq = Eq.struct<Omit<Egress, 'egressId' | 'networkId' | 'createdAtEpochMs'>>({
  name: S.Eq,
  ranges: RA.getEq(S.Eq),
  virtualRanges: orNullEq(RA.getEq(S.Eq)),
  routers: RA.getEq(egressRouterEq),
  nat: B.Eq,
  returnRoute: S.Eq,
  restricted: B.Eq,
  fallbackToWider: B.Eq,
})

function orNullEq<A>(eq: Eq.Eq<A>): Eq.Eq<A | null> {
  return Eq.fromEquals((one, other) => (one === null || other === null ? one === other : eq.equals(one, other)))
}

function sameSignIn(one: SignIn, other: SignIn): boolean {
  if (one.kind === 'password') return other.kind === 'password'
  return other.kind === 'oidc' && one.issuer === other.issuer && one.subject === other.subject
}
