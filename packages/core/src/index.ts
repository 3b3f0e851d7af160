export type { CodecOutline, FieldOutline } from './event-format/codec-outline.js'
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
export { type ConfigDifference, configDifferences } from './explain/config-differences.js'
export { type ConfigPart, configParts } from './explain/config-items.js'
export { describeStateChange } from './explain/describe-change.js'
export { describeDifferences } from './explain/describe-differences.js'
export { describeExplanation } from './explain/describe-explanation.js'
export { type Explanation, explain, explainInSteps, type FlowExplanation } from './explain/explain.js'
export type { HostView, RoutedRange } from './explain/host-view.js'
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
export type { PeerRef } from './explain/peer-table.js'
export { type CommandPlan, planCommand, planCommandInSteps } from './explain/plan-command.js'
export type { ReachabilityChange, ReachabilityOptions, ReachedMembers } from './explain/reachability-change.js'
export type { ReachedPlace } from './explain/reaches.js'
export {
  type ChangedConfigs,
  type ChangedHost,
  type StateChange,
  type StateChangeOptions,
  stateChange,
  stateChangeInSteps,
} from './explain/state-change.js'
export { stateDifferences, type ThingDifference } from './explain/state-differences.js'
export { type Thing, type ThingKind, thingKinds, thingOf, thingsOf, thingWord } from './explain/state-things.js'
export { type ThingNames, thingNames } from './explain/thing-names.js'
export { type FlowMemory, tracePacket } from './explain/trace-packet.js'
export { createTraceWorld, type TraceConditions, type TraceWorld } from './explain/trace-world.js'
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
export type { HostConfigStep, Replaced } from './host-config/config-step.js'
export { expandHostConfig, projectHostConfig } from './host-config/expand-host-config.js'
export {
  type Forwarding,
  forwardsFor,
  isAttachedNow,
  type RelayedPair,
  relayedPairsOf,
} from './host-config/forwards-for.js'
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
  PeerSets,
  RefusedPart,
  RoutedEgress,
  RouterHop,
} from './host-config/host-config.js'
export { internetPathKey, pathKey } from './host-config/host-config.js'
export { LiveHostConfig } from './host-config/live-host-config.js'
export { type Announced, OwnAnnouncement } from './host-config/own-announcement.js'
export {
  asOfState,
  createWholeFragments,
  patchOfStep,
  patchOfTable,
  projectSnapshot,
  type WholeFragments,
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
export { type HeldVector, VectorOutbox } from './host-config/vector-outbox.js'
export { canSee, networksSeenBy } from './host-config/visibility.js'
export { visibleFragmentIds } from './host-config/visible.js'
export { tokenLetsIn } from './mesh/api-token-validity.js'
export type { ClientError, KeyHolder, ScriptField } from './mesh/areas/client-errors.js'
export type { DnsError } from './mesh/areas/dns-errors.js'
export type { EgressError } from './mesh/areas/egress-errors.js'
export type { ConcernedHosts, ConcernedNode, GatewayError } from './mesh/areas/gateway-errors.js'
export type { PolicyError, SelectorSubject } from './mesh/areas/policy-errors.js'
export type { UserError } from './mesh/areas/user-errors.js'
export type { VirtualRangesWish } from './mesh/commands/virtual-ranges.js'
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
export type { MeasuredGateway, PathEvidence } from './mesh/gateway-codecs.js'
export { gatewayAbsenceOf } from './mesh/gateway-queries.js'
export {
  type LargeMap,
  largeMapEntries,
  largeMapGet,
  largeMapHas,
  largeMapKeys,
  largeMapValues,
} from './mesh/large-map.js'
export { isPublicAddress } from './mesh/listeners.js'
export type { NamedMember } from './mesh/membership.js'
export {
  isMeshCommandType,
  type MeshCommand,
  type MeshCommandOf,
  type MeshCommandType,
  meshCommandCodec,
  meshCommandCodecs,
  meshCommandFields,
  meshCommandTypes,
} from './mesh/mesh-command.js'
export type * from './mesh/mesh-command-types.js'
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
} from './mesh/mesh-error.js'
export { type MeshEvent, type MeshEventOf, type MeshEventType, meshEventTypes } from './mesh/mesh-event.js'
export {
  type DecodeEventError,
  decodeMeshEvent,
  type EventProvenance,
  encodeMeshEvent,
} from './mesh/mesh-event-format.js'
export type * from './mesh/mesh-event-types.js'
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
} from './mesh/mesh-state.js'
export { type PointInHistory, replayUntil } from './mesh/replay-until.js'
export { type MeshAction, mayDo, roles } from './mesh/roles.js'
export type { IssuedConfig } from './mesh/state/client.js'
export type { ClassKey, MemberRecord, MemberSet, MemberSetKey, NodeClass } from './mesh/state/member.js'
export { devicesOfUser, type UserDevices, usersConnectedTo } from './mesh/user-devices.js'
export { candidateOrder, type OwnPlace } from './paths/candidate-order.js'
export { EndpointTrials, type EndpointTry } from './paths/endpoint-trials.js'
export { identityKeyOf } from './paths/identity-key-of.js'
export { type MirrorNeeds, Mirrors, type OutsideView } from './paths/mirrors.js'
export {
  type ConfigChange,
  type Moment,
  noPathMemory,
  type PathDatagram,
  PathKeeper,
  type PathKeeperOptions,
  type PathMemory,
  type PathStep,
} from './paths/path-keeper.js'
export {
  gatewaysMeasured,
  type PathReportSource,
  pairsMoved,
  rangesServed,
  vectorTold,
} from './paths/path-report.js'
export { PathScout, type ScoutStep } from './paths/path-scout.js'
export { type Unservable, UnservableWatch, unservableRanges } from './paths/unservable-ranges.js'
export type { VectorSigning } from './paths/vector-exchange.js'
export { vectorSignatures } from './paths/vector-signatures.js'
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
export type { FailedChange, HostDriver, HostDriverError, ObservationWish } from './ports/host-driver.js'
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
  mostObservations,
  type RelayProbeWanted,
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
export type { KeyMessageOfAgent, KeyMessageOfServer, KeyRefused } from './protocol/key-messages.js'
export {
  issueKeyChallenge,
  type KeyChallenge,
  type KeyChallengeError,
  type KeyChallengeState,
  type KeyProof,
  type KeyProofError,
  type ProvenKey,
  proveKey,
  verifyKeyProof,
} from './protocol/key-proof.js'
export { type HeldKeys, type KeyStep, keyStepOf } from './protocol/key-rotation.js'
export { PIECE_LENGTH } from './protocol/message-pieces.js'
export type {
  GatewayFigure,
  GatewaysMeasured,
  Observation,
  PairDirect,
  PairFailure,
  PairMoved,
  PairUnreachable,
  PresenceSeen,
  RangesServed,
  RelaysProbed,
  ReportedObservation,
  UnservableReason,
  VectorTold,
} from './protocol/observation.js'
export { observationCodec, reportedObservationCodec } from './protocol/observation-codecs.js'
export { type OpenConnectionOptions, type OpeningConnection, openConnection } from './protocol/open-connection.js'
export {
  decodePathMessage,
  encodePathMessage,
  maxPathDatagramBytes,
  type PathMessage,
  pathMessageCodec,
  type SignedVector,
  signedVectorCodec,
} from './protocol/path-message.js'
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
export { gatewayCostMs } from './reactions/gateway-figures.js'
export { betterHome, type HomeWatch, type KnownGateway, watchHome } from './reactions/home-gateway.js'
export { type Reaction, react } from './reactions/react.js'
export type { ReactionCommand, RefusedWish, RelayProbe } from './reactions/reacting.js'
export { emptyReactionMemory, type GatewayVerdict, type ReactionMemory } from './reactions/reaction-memory.js'
export { reactionTimes } from './reactions/reaction-times.js'
export { gatewayVerdictOf, type RouterStanding, routerStandings } from './reactions/reaction-views.js'
export { applyHostChanges, DEFAULT_MTU_BYTES, type InterfaceDefaults } from './reconcile/apply-host-changes.js'
export { hasLiveHandshake, LIVE_HANDSHAKE_MS } from './reconcile/choose-endpoint.js'
export {
  beginProbation,
  type ContactTimes,
  judgeProbation,
  noProbation,
  onProbation,
  type PendingChange,
  PROBATION_TIMES,
  type ProbationFacts,
  type ProbationState,
  type ProbationTimes,
  type ProbationVerdict,
  provesServerThere,
  type RevertedSection,
  retryReverted,
} from './reconcile/commit-confirm.js'
export {
  describeDrift,
  type HostDrift,
  type InterfaceField,
  type InterfaceValue,
  type PeerField,
} from './reconcile/describe-drift.js'
export {
  type DesiredFirewall,
  type FirewallFilter,
  type FirewallForward,
  type FirewallInput,
  type FirewallRules,
  type FirewallSetId,
  firewallRulesHash,
} from './reconcile/desired-firewall.js'
export type { DesiredHost, DesiredPeer, HostRoute } from './reconcile/desired-host.js'
export { desiredClientOf, desiredHostOf, desiredOwnOf, desiredPeerOf } from './reconcile/desired-host-of.js'
export {
  type CapabilityState,
  type DriverCapabilities,
  type HostCapability,
  hostCapabilities,
  noCapabilities,
  supportedCapabilities,
} from './reconcile/driver-capabilities.js'
export { FirewallMaker, firewallOf, firewallSetId } from './reconcile/firewall-of.js'
export type { ForeignFilter, ForeignFilterName, Passage } from './reconcile/foreign-filter.js'
export type { HostChange } from './reconcile/host-change.js'
export {
  type DesiredNames,
  everyDomain,
  isAboutEverything,
  type LeftResolver,
  linesBeside,
  type NameLine,
  type NameResolver,
  type NamesReport,
  noNames,
  noNamesFound,
  type ObservedNames,
  type ResolverMeans,
  reportNames,
  serveResolvers,
  type WantedResolver,
} from './reconcile/host-names.js'
export { NamesMaker, type NamesParts, namesOf } from './reconcile/names-of.js'
export type {
  ForwardingState,
  ObservedFirewall,
  ObservedHost,
  ObservedInterface,
  ObservedPeer,
  ObservedTunnel,
  UnderlayAddress,
} from './reconcile/observed-host.js'
export { type PlanContext, planChanges } from './reconcile/plan-changes.js'
export { foreignHindrances } from './reconcile/plan-foreign-filters.js'
export { changedPeersBetween, planPeerChanges } from './reconcile/plan-peer-changes.js'
export {
  noPolicyRouting,
  noPolicyRoutingFound,
  type ObservedPolicyRouting,
  type OutsideFlow,
  type PolicyRoute,
  type PolicyRouting,
  type PolicyRule,
  type PolicyTable,
} from './reconcile/policy-routing.js'
export { type PolicyRoutingParts, policyRoutingOf } from './reconcile/policy-routing-of.js'
export {
  executePlan,
  type FailedStep,
  RECONCILE_ROUNDS,
  type ReconcileError,
  type ReconcileReport,
  reconcile,
} from './reconcile/reconcile.js'
export {
  heldUnderlayMtu,
  LEAST_TUNNEL_MTU_BYTES,
  TUNNEL_OVERHEAD_BYTES,
  tunnelMtuOf,
  type UnderlayMtu,
} from './reconcile/underlay-mtu.js'
export type { UnderlayContents, UnderlaySection } from './reconcile/underlay-sections.js'
export type { WaysOutside } from './reconcile/ways-outside.js'
export * from './values/index.js'
