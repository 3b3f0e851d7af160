/** One English line for each event, as `meshfold events` prints it. */
import type { EpochMs } from '../values/index.js'
import { clientLines } from './areas/client-lines.js'
import { dnsLines } from './areas/dns-lines.js'
import { egressLines } from './areas/egress-lines.js'
import { gatewayLines } from './areas/gateway-lines.js'
import { policyLines } from './areas/policy-lines.js'
import { userLines } from './areas/user-lines.js'
import type { MeshEvent, MeshEventOf, MeshEventType } from './mesh-event.js'
import { emptyMeshState, type MeshState } from './mesh-state.js'
import { type Names, namesIn } from './names-in.js'

/**
 * What happened, in one line without a time. Names come from `state`, best the one before the event: who leaves still has a name
 * there. Ids stand in where it doesn't know them.
 */
export const describeMeshEvent = (event: MeshEvent, state: MeshState = emptyMeshState()): string => {
  const describe = lines[event.type] as (event: MeshEvent, name: Names) => string
  return describe(event, namesIn(state))
}

const lines: { readonly [T in MeshEventType]: (event: MeshEventOf<T>, name: Names) => string } = {
  MeshCreated: (e) => `Mesh "${e.name}" (${e.meshId}) was created, domain ${e.domain}`,
  MeshSettingsUpdated: (e) =>
    `Mesh settings are now: name "${e.name}", domain ${e.domain}, control ranges ${e.controlRange4} and ${e.controlRange6}, grace ${e.ephemeralGraceSeconds} s`,
  MeshEpochRaised: (e) => `The mesh's epoch was raised to ${e.epoch}`,

  NetworkCreated: (e) => `Network "${e.name}" (${e.networkId}) was created with ${listed([e.range4, e.range6])}`,
  NetworkUpdated: (e, name) =>
    `Network ${name.network(e.networkId)} is now: name "${e.name}", ${listed([e.range4, e.range6])}, MTU ${e.settings.mtuBytes}, keepalive ${e.settings.keepaliveSeconds} s, approval ${e.settings.joinApproval}${e.settings.privateUnderlay ? ', underlay private' : ''}`,
  NetworkRemoved: (e, name) => `Network ${name.network(e.networkId)} was removed`,

  HostRegistered: (e) =>
    `Host "${e.name}" (${e.hostId}) is known, port ${e.listenPort}, ${reachedAt(e.endpoints)}, control addresses ${e.controlAddress4} and ${e.controlAddress6}`,
  HostEndpointsChanged: (e, name) =>
    `Host ${name.host(e.hostId)} is now ${reachedAt(e.endpoints)}, port ${e.listenPort}`,
  HostUpdated: (e, name) =>
    `Host ${name.host(e.hostId)} is now: name "${e.name}", ${e.system.os} ${e.system.arch}, agent ${e.system.agentVersion}, port ${e.listenPort}, MTU ${e.mtuBytes ?? 'of its networks'}`,
  HostOwnerChanged: (e, name) =>
    `Host ${name.host(e.hostId)} is ${e.userId === null ? "nobody's" : `${name.user(e.userId)}'s`} from now on`,
  HostKeyRotated: (e, name) => `Host ${name.host(e.hostId)} has another WireGuard key; the old one can't come back`,
  HostPrefixesExcluded: (e, name) =>
    e.prefixes.length === 0
      ? `Host ${name.host(e.hostId)} may be reached by every prefix again`
      : `Host ${name.host(e.hostId)} is not to be reached by ${firstOf(e.prefixes)}`,
  HostResolversChanged: (e, name) =>
    e.resolvers.length === 0
      ? `Host ${name.host(e.hostId)} names nobody that it asks for names`
      : `Host ${name.host(e.hostId)} asks ${e.resolvers.join(', ')} for names`,
  HostRemoved: (e, name) => `Host ${name.host(e.hostId)} was removed; its keys can't come back`,

  NodeJoined: (e, name) =>
    `Host ${name.host(e.hostId)} joined network ${name.network(e.networkId)} as "${e.name}" (${e.nodeId}) with ${listed([e.address4, e.address6])}${joinTerms(e, name)}`,
  NodeApproved: (e, name) => `Node ${name.node(e.nodeId)} was approved`,
  NodeConnected: (e, name) => `Node ${name.node(e.nodeId)} was connected again`,
  NodeDisconnected: (e, name) => `Node ${name.node(e.nodeId)} was disconnected`,
  NodeUpdated: (e, name) =>
    `Node ${name.node(e.nodeId)} ${e.expiresAtEpochMs === null ? 'never expires' : `expires at ${timeText(e.expiresAtEpochMs)}`}`,
  NodeExpired: (e, name) => `Node ${name.node(e.nodeId)} expired`,
  NodeWentAway: (e, name) => `Node ${name.node(e.nodeId)} is away since ${timeText(e.lastContactAtEpochMs)}`,
  NodeReturned: (e, name) => `Node ${name.node(e.nodeId)} is back`,
  TagAssigned: (e, name) => `${name.member(e.memberId)} has the tag ${e.tag} from now on`,
  TagUnassigned: (e, name) => `${name.member(e.memberId)} no longer has the tag ${e.tag}`,
  NodeLeft: (e, name) =>
    `Host ${name.host(e.hostId)} left network ${name.network(e.networkId)} (node ${e.nodeId}): ${causes[e.cause]}`,

  EnrollmentKeyCreated: (e, name) =>
    `Enrolment key "${e.name}" (${e.keyId}) was created for ${e.networkIds.map(name.network).join(', ')}, ${e.maxUses === null ? 'any number of uses' : `uses: ${e.maxUses}`}, ${e.expiresAtEpochMs === null ? 'without expiry' : `until ${timeText(e.expiresAtEpochMs)}`}`,
  EnrollmentKeyUsed: (e, name) => `Enrolment key ${name.key(e.keyId)} was used by host ${name.host(e.hostId)}`,
  EnrollmentKeyUpdated: (e, name) =>
    `Nodes of enrolment key ${name.key(e.keyId)} ${keyGatewayText(e.gateway, name)} from now on`,
  EnrollmentKeySuspended: (e, name) => `Enrolment key ${name.key(e.keyId)} is suspended: its gateway goes away`,
  EnrollmentKeyResumed: (e, name) => `Enrolment key ${name.key(e.keyId)} lets hosts in again`,
  EnrollmentKeyRevoked: (e, name) => `Enrolment key ${name.key(e.keyId)} was revoked`,

  ...clientLines,
  ...dnsLines,
  ...egressLines,
  ...gatewayLines,
  ...policyLines,
  ...userLines,
}

const causes: { readonly [C in MeshEventOf<'NodeLeft'>['cause']]: string } = {
  removed: 'it was removed',
  'host-removed': 'the host is being removed',
  'network-removed': 'the network is being removed',
  'away-too-long': 'it was away longer than the grace',
  'gateway-removed': "its gateway was removed, and its user's device may not be at the next",
}

const listed = (items: readonly (string | null)[]): string => items.filter((item) => item !== null).join(' and ')

const firstOf = (items: readonly string[]): string =>
  `${items.slice(0, 5).join(', ')}${items.length > 5 ? ` and ${items.length - 5} more` : ''}`

const reachedAt = (endpoints: MeshEventOf<'HostRegistered'>['endpoints']): string =>
  endpoints.length === 0
    ? 'reached at no known endpoint'
    : `reached at ${endpoints.map(({ endpoint, origin }) => `${endpoint} (${origin})`).join(', ')}`

const joinTerms = (event: MeshEventOf<'NodeJoined'>, name: Names): string =>
  [
    event.enrollmentKeyId === null ? '' : `by enrolment key ${name.key(event.enrollmentKeyId)}`,
    event.approval === 'pending' ? 'waiting for approval' : '',
    event.ephemeral ? 'ephemeral' : '',
    event.expiresAtEpochMs === null ? '' : `until ${timeText(event.expiresAtEpochMs)}`,
  ]
    .filter((term) => term !== '')
    .map((term) => `, ${term}`)
    .join('')

const keyGatewayText = (gateway: MeshEventOf<'EnrollmentKeyUpdated'>['gateway'], name: Names): string => {
  if (gateway === null) return 'are not relayed'
  return gateway.mode === 'auto' ? 'are relayed by the nearest gateway' : `are relayed by ${name.node(gateway.nodeId)}`
}

const timeText = (time: EpochMs): string => (time <= 8.64e15 ? new Date(time).toISOString() : `${time} ms`)
