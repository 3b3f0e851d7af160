/** What the package shows of enrolment, connections and messages. */
export {
  type AcceptorOptions,
  type ConnectionAcceptor,
  createConnectionAcceptor,
  type KnockingMedium,
  type MediumEvents,
} from '../protocol/accept-connections.js'
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
} from '../protocol/agent-message.js'
export { AGENT_SUBPROTOCOL, HANDSHAKE_MAX_LENGTH } from '../protocol/connect-handshake-messages.js'
export { controlAddress6Of, controlRange6Of } from '../protocol/control-address.js'
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
} from '../protocol/enrollment-messages.js'
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
} from '../protocol/enrollment-proof.js'
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
} from '../protocol/enrollment-token.js'
export { fragmentCodec } from '../protocol/fragment-codecs.js'
export type { HandshakeError } from '../protocol/handshake-error.js'
export { decodeHostClaims, encodeHostClaims, type HostClaims, hostClaimsCodec } from '../protocol/host-claims.js'
export type { KeyMessageOfAgent, KeyMessageOfServer, KeyRefused } from '../protocol/key-messages.js'
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
} from '../protocol/key-proof.js'
export { type HeldKeys, type KeyStep, keyStepOf } from '../protocol/key-rotation.js'
export { PIECE_LENGTH } from '../protocol/message-pieces.js'
export type {
  EndpointsReached,
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
} from '../protocol/observation.js'
export { observationCodec, reportedObservationCodec } from '../protocol/observation-codecs.js'
export { type OpenConnectionOptions, type OpeningConnection, openConnection } from '../protocol/open-connection.js'
export { patchCodec, snapshotCodec } from '../protocol/patch-codecs.js'
export {
  decodePathMessage,
  encodePathMessage,
  maxPathDatagramBytes,
  type PathMessage,
  pathMessageCodec,
  type SignedVector,
  signedVectorCodec,
} from '../protocol/path-message.js'
export { pathVectorTranscript } from '../protocol/path-vector-transcript.js'
export {
  createReconnectingLink,
  DEFAULT_RECONNECT_DELAYS,
  type DialEvents,
  type DialledConnection,
  type ReconnectDelays,
  type ReconnectingLinkOptions,
} from '../protocol/reconnecting-link.js'
export { type ChannelLimits, type FrameWire, seenFromThere } from '../protocol/secure-channel.js'
export { FRAME_OVERHEAD } from '../protocol/secure-frames.js'
