export type { HostDriver, HostDriverError } from './ports/host-driver.js'
export { applyHostChanges, DEFAULT_MTU_BYTES, type InterfaceDefaults } from './reconcile/apply-host-changes.js'
export { hasLiveHandshake, LIVE_HANDSHAKE_MS } from './reconcile/choose-endpoint.js'
export { describeDrift, type HostDrift, type InterfaceField, type PeerField } from './reconcile/describe-drift.js'
export type { DesiredHost, DesiredPeer, HostRoute } from './reconcile/desired-host.js'
export {
  type CapabilityState,
  type DriverCapabilities,
  type HostCapability,
  hostCapabilities,
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
