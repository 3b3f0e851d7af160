export type {
  AgentConnection,
  AgentConnectionHandlers,
  AgentEndpoint,
  AgentEndpointOptions,
  AgentLink,
  AgentLinkOptions,
  AgentLinkStatus,
  ConnectionEnd,
} from './ports/agent-transport.js'
export type { Clock } from './ports/clock.js'
export type { Crypto, KeyPair } from './ports/crypto.js'
export type { HostDriver, HostDriverError } from './ports/host-driver.js'
export type { CancelTimer, Timers } from './ports/timers.js'
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
