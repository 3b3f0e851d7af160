/** What the package shows of events, commands, rules and state. */
export { tokenLetsIn } from '../mesh/api-token-validity.js'
export type { ClientError, KeyHolder, ScriptField } from '../mesh/areas/client-errors.js'
export type { DnsError } from '../mesh/areas/dns-errors.js'
export type { EgressError } from '../mesh/areas/egress-errors.js'
export type { ConcernedHosts, ConcernedNode, GatewayError } from '../mesh/areas/gateway-errors.js'
export type { PolicyError, SelectorSubject } from '../mesh/areas/policy-errors.js'
export type { UserError } from '../mesh/areas/user-errors.js'
export type { VirtualRangesWish } from '../mesh/commands/virtual-ranges.js'
export { type Decision, decide } from '../mesh/decide.js'
export { describeMeshEvent } from '../mesh/describe-event.js'
export { describeMeshError, meshErrorCodes } from '../mesh/describe-mesh-error.js'
export {
  egressesOfNetwork,
  egressRangesSeen,
  isInternetEgress,
  routersInOrder,
  type ShadowedEgress,
  shadowedEgresses,
} from '../mesh/egress-queries.js'
export { type EndpointCandidate, maxEndpointCandidates } from '../mesh/endpoint-candidate.js'
export { maxHostResolvers } from '../mesh/event-parts.js'
export { evolve, evolveAll, type Replaying, replay, startReplay } from '../mesh/evolve.js'
export type { MeasuredGateway, PathEvidence } from '../mesh/gateway-codecs.js'
export { gatewayAbsenceOf } from '../mesh/gateway-queries.js'
export {
  type LargeMap,
  largeMapEntries,
  largeMapGet,
  largeMapHas,
  largeMapKeys,
  largeMapValues,
} from '../mesh/large-map.js'
export { isPublicAddress } from '../mesh/listeners.js'
export type { NamedMember } from '../mesh/membership.js'
export {
  isMeshCommandType,
  type MeshCommand,
  type MeshCommandOf,
  type MeshCommandType,
  meshCommandCodec,
  meshCommandCodecs,
  meshCommandFields,
  meshCommandTypes,
} from '../mesh/mesh-command.js'
export type * from '../mesh/mesh-command-types.js'
export type {
  AddressError,
  AddressRangeError,
  CommandError,
  EnrollmentKeyError,
  HostError,
  MemberError,
  MeshError,
  MeshErrorCode,
  MeshErrorOf,
  NetworkError,
  NodeError,
  RangeOwner,
  RangeRefusal,
} from '../mesh/mesh-error.js'
export { type MeshEvent, type MeshEventOf, type MeshEventType, meshEventTypes } from '../mesh/mesh-event.js'
export {
  type DecodeEventError,
  decodeMeshEvent,
  type EventProvenance,
  encodeMeshEvent,
} from '../mesh/mesh-event-format.js'
export type * from '../mesh/mesh-event-types.js'
export { brokenInvariants, type InvariantBreach } from '../mesh/mesh-invariants.js'
export {
  type ApiToken,
  type AutoRelay,
  type Client,
  type DestinationSelector,
  type DnsRecord,
  defaultNetworkSettings,
  type Egress,
  type EgressRouter,
  type EnrollmentKey,
  emptyMeshState,
  type Gateway,
  type Group,
  type Host,
  type HostSystem,
  type KeyGateway,
  type Mesh,
  type MeshDraft,
  type MeshIndexes,
  type MeshSettings,
  type MeshState,
  type NamedPrefix,
  type Network,
  type NetworkSettings,
  type Node,
  type NodeRelay,
  type PairId,
  type Policy,
  type PolicyTest,
  type PortRange,
  pairIdOf,
  type Resolver,
  type Role,
  type Selector,
  type SignIn,
  type TestEnd,
  type Traffic,
  type TunnelSettings,
  type User,
} from '../mesh/mesh-state.js'
export { type PointInHistory, replayUntil } from '../mesh/replay-until.js'
export { type MeshAction, mayDo, roles } from '../mesh/roles.js'
export type { IssuedConfig } from '../mesh/state/client.js'
export type { ClassKey, MemberRecord, MemberSet, MemberSetKey, NodeClass } from '../mesh/state/member.js'
export { devicesOfUser, type UserDevices, usersConnectedTo } from '../mesh/user-devices.js'
