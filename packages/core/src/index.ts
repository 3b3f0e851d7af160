export {
  type DecodeProblem,
  decodeWith,
  describeDecodeError,
  type InvalidInput,
} from './event-format/describe-decode-error.js'
export type { EventEnvelope, EventMetadata } from './event-format/event-envelope.js'
export { eventEnvelopeCodec } from './event-format/event-envelope-codec.js'
export {
  createUpcaster,
  type EventData,
  type UpcastError,
  type UpcastEvent,
  type Upcasters,
} from './event-format/upcast-event.js'
export { describeExplanation } from './explain/describe-explanation.js'
export { type Explanation, explain, type FlowExplanation } from './explain/explain.js'
export {
  createTraceWorld,
  type HostView,
  type PeerRef,
  type RoutedRange,
  type TraceConditions,
  type TraceWorld,
} from './explain/host-view.js'
export type {
  Destination,
  DropReason,
  Packet,
  PacketOrigin,
  SourceAsSeen,
  Trace,
  TraceHop,
  TraceVerdict,
} from './explain/packet.js'
export {
  type CommandPlan,
  type PlannedHost,
  type PlanOptions,
  planCommand,
  type ReachabilityChange,
  type ReachedPair,
} from './explain/plan-command.js'
export type { PrefixMap, PrefixMatch } from './explain/prefix-map.js'
export { stateDifferences, type ThingDifference, type ThingKind } from './explain/state-differences.js'
export { type FlowMemory, tracePacket } from './explain/trace-packet.js'
export { changedFragments } from './host-config/changed-fragments.js'
export { choosePaths } from './host-config/choose-paths.js'
export type {
  ChoiceMemory,
  ChosenPaths,
  HealthView,
  OwnVector,
  PeerHealth,
  RememberedPaths,
} from './host-config/chosen-paths.js'
export {
  type ClientFile,
  type ClientFileOptions,
  type ClientFileWarning,
  clientFile,
  clientQrText,
  describeClientFileWarning,
  isClientStale,
} from './host-config/client-file.js'
export { coalesceChanges } from './host-config/coalesce-changes.js'
export { expandHostConfig, expandPeer, projectHostConfig } from './host-config/expand-host-config.js'
export { type Forwarding, forwardsFor, isAttachedNow, type RelayedPair } from './host-config/forwards-for.js'
export type {
  AcceptRule,
  ClassFragment,
  ClientFragment,
  ClientsFragment,
  DnsFragment,
  EgressFragment,
  Ends,
  Fragment,
  FragmentId,
  FragmentKind,
  FragmentOf,
  FragmentVersion,
  HostFragment,
  InternetFragment,
  MemberEntry,
  MembersFragment,
  MembershipPart,
  NameEntry,
  NamesFragment,
  NetworkFragment,
  NodeFragment,
  OwnPeers,
  PairFragment,
  ReachRule,
  RelayingFragment,
  RelayRule,
  RouterFragment,
  SelfFragment,
  SetFragment,
  SetName,
  TunnelPart,
} from './host-config/fragment.js'
export {
  type AsOf,
  type Change,
  compareAsOf,
  type FragmentChanges,
  type Patch,
  type PatchChange,
  type Snapshot,
} from './host-config/fragment-change.js'
export { fragmentIdOf, type ParsedFragmentId, parseFragmentId } from './host-config/fragment-id.js'
export { createFragmentRing, defaultRingCapacity, type FragmentRing } from './host-config/fragment-ring.js'
export {
  applyPatch,
  type FragmentTable,
  type PatchError,
  type TouchedFragments,
  tableOfSnapshot,
  tableVersions,
} from './host-config/fragment-table.js'
export { fragmentVersion } from './host-config/fragment-version.js'
export type { HeldFragment } from './host-config/held-fragment.js'
export type {
  ClientPeer,
  Filter,
  ForwardRule,
  FullTunnel,
  Hop,
  HostConfig,
  InputRule,
  NatRule,
  Path,
  PathKey,
  PathTarget,
  PeerConfig,
  RefusedPart,
  RouterHop,
} from './host-config/host-config.js'
export { internetPathKey, pathKey } from './host-config/host-config.js'
export {
  asOfState,
  patchOfStep,
  patchOfTable,
  projectSnapshot,
} from './host-config/patch.js'
export { createPathChooser, type PathChooser, type PathsChange, type PathsStep } from './host-config/path-chooser.js'
export {
  isNewerVector,
  nextSequence,
  type PathVector,
  type PathVectors,
  renewVector,
} from './host-config/path-vector.js'
export {
  dueProbes,
  healthOf,
  nextProbeAtMs,
  noProbes,
  onHeard,
  onProbe,
  type ProbeHealth,
  type ProbeOutcome,
  type ProbeResult,
  type ProbeStep,
  type ProbeTarget,
  probeTimes,
  withTargets,
} from './host-config/probe-health.js'
export { projectFragment, projectFragmentVersion } from './host-config/project-fragments.js'
export { patchesOfStep } from './host-config/step-patches.js'
export { visibleFragmentIds } from './host-config/viewers.js'
export { canSee, networksSeenBy } from './host-config/visibility.js'
export { tokenLetsIn } from './mesh/api-token-validity.js'
export type { AddClient } from './mesh/commands/add-client.js'
export type { AddDnsRecord } from './mesh/commands/add-dns-record.js'
export type { AddEgress } from './mesh/commands/add-egress.js'
export type { AddGroup } from './mesh/commands/add-group.js'
export type { AddPolicy } from './mesh/commands/add-policy.js'
export type { AddPolicyTest } from './mesh/commands/add-policy-test.js'
export type { AddResolver } from './mesh/commands/add-resolver.js'
export type { AddUser } from './mesh/commands/add-user.js'
export type { ApproveNode } from './mesh/commands/approve-node.js'
export type { AssignTag } from './mesh/commands/assign-tag.js'
export type { ChangeGroupMembers } from './mesh/commands/change-group-members.js'
export type { ConnectDevice } from './mesh/commands/connect-device.js'
export type { ConnectNode } from './mesh/commands/connect-node.js'
export type { CreateApiToken } from './mesh/commands/create-api-token.js'
export type { CreateEnrollmentKey } from './mesh/commands/create-enrollment-key.js'
export type { CreateMesh } from './mesh/commands/create-mesh.js'
export type { CreateNetwork } from './mesh/commands/create-network.js'
export type { DisableClient } from './mesh/commands/disable-client.js'
export type { DisconnectNode } from './mesh/commands/disconnect-node.js'
export type { EnableClient } from './mesh/commands/enable-client.js'
export type { EnrollDevice } from './mesh/commands/enroll-device.js'
export type { EnrollHost } from './mesh/commands/enroll-host.js'
export type { ExcludeHostPrefixes } from './mesh/commands/exclude-host-prefixes.js'
export type { ExpireNode } from './mesh/commands/expire-node.js'
export type { JoinNetwork } from './mesh/commands/join-network.js'
export type { MarkNodeAway } from './mesh/commands/mark-node-away.js'
export type { MarkNodeReturned } from './mesh/commands/mark-node-returned.js'
export type { MoveClient } from './mesh/commands/move-client.js'
export type { RaiseMeshEpoch } from './mesh/commands/raise-mesh-epoch.js'
export type { RecordClientConfig } from './mesh/commands/record-client-config.js'
export type { RegisterHost } from './mesh/commands/register-host.js'
export type { RemoveAwayNode } from './mesh/commands/remove-away-node.js'
export type { RemoveClient } from './mesh/commands/remove-client.js'
export type { RemoveDnsRecord } from './mesh/commands/remove-dns-record.js'
export type { RemoveEgress } from './mesh/commands/remove-egress.js'
export type { RemoveGroup } from './mesh/commands/remove-group.js'
export type { RemoveHost } from './mesh/commands/remove-host.js'
export type { RemoveNetwork } from './mesh/commands/remove-network.js'
export type { RemoveNode } from './mesh/commands/remove-node.js'
export type { RemovePolicy } from './mesh/commands/remove-policy.js'
export type { RemovePolicyTest } from './mesh/commands/remove-policy-test.js'
export type { RemoveResolver } from './mesh/commands/remove-resolver.js'
export type { RemoveUser } from './mesh/commands/remove-user.js'
export type { ReportHostEndpoints } from './mesh/commands/report-host-endpoints.js'
export type { RevokeApiToken } from './mesh/commands/revoke-api-token.js'
export type { RevokeEnrollmentKey } from './mesh/commands/revoke-enrollment-key.js'
export type { RotateHostKey } from './mesh/commands/rotate-host-key.js'
export type { SetHostOwner } from './mesh/commands/set-host-owner.js'
export type { SwitchDefaultPolicy } from './mesh/commands/switch-default-policy.js'
export type { UnassignTag } from './mesh/commands/unassign-tag.js'
export type { UpdateClient } from './mesh/commands/update-client.js'
export type { UpdateEgress } from './mesh/commands/update-egress.js'
export type { UpdateEnrollmentKey } from './mesh/commands/update-enrollment-key.js'
export type { UpdateGroup } from './mesh/commands/update-group.js'
export type { UpdateHost } from './mesh/commands/update-host.js'
export type { UpdateMeshSettings } from './mesh/commands/update-mesh-settings.js'
export type { UpdateNetwork } from './mesh/commands/update-network.js'
export type { UpdateNode } from './mesh/commands/update-node.js'
export type { UpdatePolicy } from './mesh/commands/update-policy.js'
export type { UpdateResolver } from './mesh/commands/update-resolver.js'
export type { UpdateUser } from './mesh/commands/update-user.js'
export { type Decision, decide } from './mesh/decide.js'
export { describeMeshEvent } from './mesh/describe-event.js'
export { describeMeshError, meshErrorCodes } from './mesh/describe-mesh-error.js'
export {
  egressesOfNetwork,
  egressRangesSeen,
  isInternetEgress,
  routersInOrder,
  type ShadowedEgress,
  shadowedEgresses,
} from './mesh/egress-queries.js'
export { type EndpointCandidate, maxEndpointCandidates } from './mesh/endpoint-candidate.js'
export { evolve, evolveAll, type Replaying, replay, startReplay } from './mesh/evolve.js'
export {
  type LargeMap,
  largeMapEntries,
  largeMapGet,
  largeMapHas,
  largeMapKeys,
  largeMapValues,
} from './mesh/large-map.js'
export {
  isMeshCommandType,
  type MeshCommand,
  type MeshCommandOf,
  type MeshCommandType,
  meshCommandCodec,
  meshCommandCodecs,
  meshCommandTypes,
} from './mesh/mesh-command.js'
export type { MeshError, MeshErrorCode, MeshErrorOf, RangeOwner, RangeRefusal } from './mesh/mesh-error.js'
export { type MeshEvent, type MeshEventOf, type MeshEventType, meshEventTypes } from './mesh/mesh-event.js'
export {
  type DecodeEventError,
  decodeMeshEvent,
  type EventProvenance,
  encodeMeshEvent,
} from './mesh/mesh-event-format.js'
export { brokenInvariants, type InvariantBreach } from './mesh/mesh-invariants.js'
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
} from './mesh/mesh-state.js'
export { type MeshAction, mayDo, roles } from './mesh/roles.js'
export { devicesOfUser, type UserDevices, usersConnectedTo } from './mesh/user-devices.js'
export {
  type End,
  type PacketTraffic,
  type PolicyTestResult,
  type PolicyVerdict,
  policyAllows,
  policyTestResults,
} from './policy/index.js'
export type {
  AgentConnection,
  AgentConnectionHandlers,
  AgentEndpoint,
  AgentEndpointOptions,
  AgentLink,
  AgentLinkOptions,
  AgentLinkStatus,
  ConnectionEnd,
  RefusedConnection,
} from './ports/agent-transport.js'
export type { Clock } from './ports/clock.js'
export type { Crypto, KeyPair } from './ports/crypto.js'
export type { AppendedEvents, EventLog, EventLogError, EventSubscription, RecordedEvent } from './ports/event-log.js'
export type { FailedChange, HostDriver, HostDriverError } from './ports/host-driver.js'
export type { SecretVault, SecretVaultError } from './ports/secret-vault.js'
export type { CancelTimer, Timers } from './ports/timers.js'
export {
  type AcceptorOptions,
  type ConnectionAcceptor,
  createConnectionAcceptor,
  type KnockingMedium,
  type MediumEvents,
} from './protocol/accept-connections.js'
export {
  type AgentMessage,
  agentMessageCodec,
  encodeAgentMessage,
  encodePatchMessage,
  encodeServerMessage,
  type HostReport,
  hostReportCodec,
  type ServerMessage,
  serverMessageCodec,
} from './protocol/agent-message.js'
export { AGENT_SUBPROTOCOL, HANDSHAKE_MAX_LENGTH } from './protocol/connect-handshake-messages.js'
export { controlAddress6Of, controlRange6Of } from './protocol/control-address.js'
export {
  ENROLLMENT_CLAIMS_MAX_CHARACTERS,
  type EnrollmentAnswer,
  type EnrollmentAnswerBody,
  type EnrollmentChallenge,
  type EnrollmentProof,
  type EnrollmentRequest,
  enrollmentAnswerBodyCodec,
  enrollmentAnswerCodec,
  enrollmentChallengeCodec,
  enrollmentProofCodec,
  enrollmentRequestCodec,
} from './protocol/enrollment-messages.js'
export {
  createEnrollmentRequest,
  type EnrollmentAnswerError,
  type EnrollmentChallengeError,
  type EnrollmentChallengeState,
  type EnrollmentProofError,
  issueEnrollmentChallenge,
  proveEnrollment,
  signEnrollmentAnswer,
  verifyEnrollmentAnswer,
  verifyEnrollmentProof,
} from './protocol/enrollment-proof.js'
export {
  type EnrollmentSecret,
  type EnrollmentToken,
  type EnrollmentTokenError,
  formatEnrollmentToken,
  generateEnrollmentSecret,
  hashEnrollmentSecret,
  parseEnrollmentToken,
  type ServerFingerprint,
  serverFingerprint,
} from './protocol/enrollment-token.js'
export { fragmentCodec, patchCodec, snapshotCodec } from './protocol/fragment-codecs.js'
export type { HandshakeError } from './protocol/handshake-error.js'
export { decodeHostClaims, encodeHostClaims, type HostClaims, hostClaimsCodec } from './protocol/host-claims.js'
export { PIECE_LENGTH } from './protocol/message-pieces.js'
export { type OpenConnectionOptions, type OpeningConnection, openConnection } from './protocol/open-connection.js'
export { pathVectorTranscript } from './protocol/path-vector-transcript.js'
export {
  createReconnectingLink,
  DEFAULT_RECONNECT_DELAYS,
  type DialEvents,
  type DialledConnection,
  type ReconnectDelays,
  type ReconnectingLinkOptions,
} from './protocol/reconnecting-link.js'
export { type ChannelLimits, type FrameWire, seenFromThere } from './protocol/secure-channel.js'
export { FRAME_OVERHEAD } from './protocol/secure-frames.js'
export { applyHostChanges, DEFAULT_MTU_BYTES, type InterfaceDefaults } from './reconcile/apply-host-changes.js'
export { hasLiveHandshake, LIVE_HANDSHAKE_MS } from './reconcile/choose-endpoint.js'
export { describeDrift, type HostDrift, type InterfaceField, type PeerField } from './reconcile/describe-drift.js'
export type { DesiredHost, DesiredPeer, HostRoute } from './reconcile/desired-host.js'
export { desiredHostOf, desiredPeerOf } from './reconcile/desired-host-of.js'
export {
  type CapabilityState,
  type DriverCapabilities,
  type HostCapability,
  hostCapabilities,
  noCapabilities,
  supportedCapabilities,
} from './reconcile/driver-capabilities.js'
export type { HostChange } from './reconcile/host-change.js'
export type { ObservedHost, ObservedInterface, ObservedPeer, UnderlayAddress } from './reconcile/observed-host.js'
export { type PlanContext, planChanges } from './reconcile/plan-changes.js'
export { changedPeersBetween, planPeerChanges } from './reconcile/plan-peer-changes.js'
export {
  executePlan,
  type FailedStep,
  RECONCILE_ROUNDS,
  type ReconcileError,
  type ReconcileReport,
  reconcile,
} from './reconcile/reconcile.js'
export * from './values/index.js'
