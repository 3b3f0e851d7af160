/** What the package shows of fragments, configs and paths' choices. */
export { rangesInMesh } from '../host-config/around-underlay.js'
export { changedFragments } from '../host-config/changed-fragments.js'
export { choosePaths } from '../host-config/choose-paths.js'
export type {
  ChoiceMemory,
  ChosenPaths,
  HealthView,
  OwnVector,
  PeerHealth,
  RememberedPaths,
} from '../host-config/chosen-paths.js'
export {
  type ClientFile,
  type ClientFileOptions,
  type ClientFileWarning,
  clientFile,
  clientQrText,
  describeClientFileWarning,
  isClientStale,
} from '../host-config/client-file.js'
export { coalesceChanges } from '../host-config/coalesce-changes.js'
export type { HostConfigStep, Replaced } from '../host-config/config-step.js'
export { expandHostConfig, projectHostConfig } from '../host-config/expand-host-config.js'
export {
  type Forwarding,
  forwardsFor,
  isAttachedNow,
  type RelayedPair,
  relayedPairsOf,
} from '../host-config/forwards-for.js'
export type {
  ClassFragment,
  ClientFragment,
  ClientsFragment,
  DnsFragment,
  EgressFragment,
  Fragment,
  FragmentId,
  FragmentKind,
  FragmentOf,
  FragmentVersion,
  HostFragment,
  InternetFragment,
  MemberEntry,
  MembersFragment,
  NameEntry,
  NamesFragment,
  NetworkFragment,
  NodeFragment,
  PairFragment,
  RelayingFragment,
  RouterFragment,
  SelfFragment,
  SetFragment,
} from '../host-config/fragment.js'
export {
  type AsOf,
  type Change,
  compareAsOf,
  type FragmentChanges,
  type Patch,
  type PatchChange,
  type Snapshot,
} from '../host-config/fragment-change.js'
export { fragmentIdOf, type ParsedFragmentId, parseFragmentId } from '../host-config/fragment-id.js'
export { createFragmentRing, defaultRingCapacity, type FragmentRing } from '../host-config/fragment-ring.js'
export {
  applyPatch,
  type FragmentTable,
  type PatchError,
  type TouchedFragments,
  tableOfSnapshot,
  tableVersions,
} from '../host-config/fragment-table.js'
export { fragmentVersion } from '../host-config/fragment-version.js'
export type { HeldFragment } from '../host-config/held-fragment.js'
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
} from '../host-config/host-config.js'
export { internetPathKey, pathKey } from '../host-config/host-config.js'
export { LiveHostConfig } from '../host-config/live-host-config.js'
export type { MembershipPart } from '../host-config/membership-part.js'
export { type Announced, OwnAnnouncement } from '../host-config/own-announcement.js'
export {
  asOfState,
  createWholeFragments,
  patchOfStep,
  patchOfTable,
  projectSnapshot,
  type WholeFragments,
} from '../host-config/patch.js'
export { createPathChooser, type PathChooser, type PathsChange, type PathsStep } from '../host-config/path-chooser.js'
export {
  isNewerVector,
  nextSequence,
  type PathVector,
  type PathVectors,
  renewVector,
} from '../host-config/path-vector.js'
export {
  dueProbes,
  healthOf,
  mayBeOffline,
  nextProbeAtMs,
  noProbes,
  onHeard,
  onProbe,
  onServerHeard,
  type ProbeHealth,
  type ProbeOutcome,
  type ProbeResult,
  type ProbeStep,
  type ProbeTarget,
  probeTimes,
  withTargets,
} from '../host-config/probe-health.js'
export { projectFragment, projectFragmentVersion } from '../host-config/project-fragments.js'
export type { AcceptRule, Ends, OwnPeers, ReachRule, RelayRule, SetName } from '../host-config/rule-parts.js'
export { patchesOfStep } from '../host-config/step-patches.js'
export type { GatewayDns, TunnelPart } from '../host-config/tunnel-part.js'
export { type HeldVector, VectorOutbox } from '../host-config/vector-outbox.js'
export { canSee, networksSeenBy } from '../host-config/visibility.js'
export { visibleFragmentIds } from '../host-config/visible.js'
