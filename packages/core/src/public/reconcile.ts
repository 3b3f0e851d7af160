/** What the package shows of desired and observed hosts, and of the steps between. */
export { applyHostChanges, DEFAULT_MTU_BYTES, type InterfaceDefaults } from '../reconcile/apply-host-changes.js'
export { hasLiveHandshake, LIVE_HANDSHAKE_MS } from '../reconcile/choose-endpoint.js'
export {
  type AftermathTimes,
  beginProbation,
  type ContactTimes,
  isRevertOpen,
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
  type RevertProof,
  retryReverted,
  reviewReverted,
} from '../reconcile/commit-confirm.js'
export {
  describeDrift,
  type HostDrift,
  type InterfaceField,
  type InterfaceValue,
  type PeerField,
} from '../reconcile/describe-drift.js'
export {
  type DesiredFirewall,
  type FirewallFilter,
  type FirewallForward,
  type FirewallInput,
  type FirewallRules,
  type FirewallSetId,
  firewallRulesHash,
} from '../reconcile/desired-firewall.js'
export type { DesiredHost, DesiredPeer, HostRoute } from '../reconcile/desired-host.js'
export { desiredClientOf, desiredHostOf, desiredOwnOf, desiredPeerOf } from '../reconcile/desired-host-of.js'
export {
  type CapabilityState,
  type DriverCapabilities,
  type HostCapability,
  hostCapabilities,
  noCapabilities,
  supportedCapabilities,
} from '../reconcile/driver-capabilities.js'
export { FirewallMaker, firewallOf, firewallSetId } from '../reconcile/firewall-of.js'
export type { ForeignFilter, ForeignFilterName, Passage } from '../reconcile/foreign-filter.js'
export type { HostChange } from '../reconcile/host-change.js'
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
} from '../reconcile/host-names.js'
export { NamesMaker, type NamesParts, type NamesPlace, namesOf } from '../reconcile/names-of.js'
export type {
  ForwardingState,
  ObservedFirewall,
  ObservedHost,
  ObservedInterface,
  ObservedPeer,
  ObservedTunnel,
  UnderlayAddress,
} from '../reconcile/observed-host.js'
export { type PlanContext, planChanges } from '../reconcile/plan-changes.js'
export { foreignHindrances } from '../reconcile/plan-foreign-filters.js'
export { changedPeersBetween, planPeerChanges } from '../reconcile/plan-peer-changes.js'
export {
  noPolicyRouting,
  noPolicyRoutingFound,
  type ObservedPolicyRouting,
  type OutsideFlow,
  type PolicyRoute,
  type PolicyRouting,
  type PolicyRule,
  type PolicyTable,
  type YieldingRange,
} from '../reconcile/policy-routing.js'
export { type PolicyRoutingParts, policyRoutingOf } from '../reconcile/policy-routing-of.js'
export {
  executePlan,
  type FailedStep,
  RECONCILE_ROUNDS,
  type ReconcileContext,
  type ReconcileError,
  type ReconcileReport,
  reconcile,
} from '../reconcile/reconcile.js'
export { type RouteParts, routesNow } from '../reconcile/routes-now.js'
export {
  heldUnderlayMtu,
  TUNNEL_OVERHEAD_BYTES,
  tunnelMtuOf,
  type UnderlayMtu,
} from '../reconcile/underlay-mtu.js'
export type { UnderlayContents, UnderlaySection } from '../reconcile/underlay-sections.js'
export type { WaysOutside } from '../reconcile/ways-outside.js'
