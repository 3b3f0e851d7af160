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
export { candidateOrder, type OwnPlace } from './paths/candidate-order.js'
export { EndpointTrials, type EndpointTry } from './paths/endpoint-trials.js'
export { identityKeyOf } from './paths/identity-key-of.js'
export { type MirrorNeeds, Mirrors, type OutsideView } from './paths/mirrors.js'
export { type ConfigChange, PathKeeper, type PathKeeperOptions } from './paths/path-keeper.js'
export {
  gatewaysMeasured,
  type PathReportSource,
  pairsMoved,
  rangesServed,
  vectorTold,
} from './paths/path-report.js'
export { PathScout, type ScoutStep } from './paths/path-scout.js'
export { type Moment, noPathMemory, type PathDatagram, type PathMemory, type PathStep } from './paths/path-step.js'
export { ReachedEndpoints } from './paths/reached-endpoints.js'
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
export * from './public/host-config.js'
export * from './public/mesh.js'
export * from './public/protocol.js'
export * from './public/reconcile.js'
export { gatewayCostMs } from './reactions/gateway-figures.js'
export { betterHome, type HomeWatch, type KnownGateway, watchHome } from './reactions/home-gateway.js'
export { type GatewayEndpointStanding, gatewayEndpointStandings } from './reactions/reached-hosts.js'
export { type Reaction, react } from './reactions/react.js'
export type { ReactionCommand, RefusedWish, RelayProbe } from './reactions/reacting.js'
export { emptyReactionMemory, type GatewayVerdict, type ReactionMemory } from './reactions/reaction-memory.js'
export { reactionTimes } from './reactions/reaction-times.js'
export { gatewayVerdictOf, type RouterStanding, routerStandings } from './reactions/reaction-views.js'
export * from './values/index.js'
