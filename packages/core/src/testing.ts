export {
  type AgentTransportCapabilities,
  type AgentTransportConformanceOptions,
  type AgentTransportUnderTest,
  type AgentUnderTest,
  agentTransportConformance,
  type ConformanceTuning,
  type DisturbableWire,
} from './testing/agent-transport-conformance.js'
export {
  arbitraryDesiredHost,
  arbitraryObservedHost,
  sampleDesiredHosts,
  sampleObservedAt,
  samplePeerKeys,
  samplePublicKey,
} from './testing/arbitraries/hosts.js'
export {
  arbitraryMeshCommand,
  arbitraryMeshEvent,
  type MeshHistory,
  type MeshHistoryOptions,
  type MeshStep,
  meshHistory,
} from './testing/arbitraries/mesh.js'
export {
  arbitraryAddressWithin,
  arbitraryCommandId,
  arbitraryEnrollmentKeyId,
  arbitraryEpochMs,
  arbitraryEventId,
  arbitraryHostId,
  arbitraryHostName,
  arbitraryIdentityPublicKey,
  arbitraryInterfaceAddress,
  arbitraryIpAddress,
  arbitraryIpPrefix,
  arbitraryIpv4Address,
  arbitraryIpv6Address,
  arbitraryMeshId,
  arbitraryNetworkId,
  arbitraryNetworkName,
  arbitraryNodeId,
  arbitraryPrefixWithin,
  arbitraryUdpEndpoint,
  arbitraryWireguardPublicKey,
} from './testing/arbitraries/values.js'
export {
  type EventLogCapabilities,
  type EventLogConformanceOptions,
  type EventLogUnderTest,
  eventLogConformance,
} from './testing/event-log-conformance.js'
export {
  type HostDriverConformanceOptions,
  type HostUnderTest,
  hostDriverConformance,
} from './testing/host-driver-conformance.js'
export { createInMemoryEventLog } from './testing/in-memory-event-log.js'
export {
  createInMemoryTransport,
  type InMemoryTransport,
  type InMemoryTransportOptions,
  type InMemoryTuning,
} from './testing/in-memory-transport.js'
export type { InMemoryWire } from './testing/in-memory-wire.js'
export { type FrameMeddling, LossyWire, type WireFaults } from './testing/lossy-wire.js'
export { createManualTimers, type ManualTimers } from './testing/manual-timers.js'
export {
  eventsOf,
  type SampleCreateNetwork,
  sampleAddClient,
  sampleAddDnsRecord,
  sampleAddEgress,
  sampleAddGroup,
  sampleAddPolicy,
  sampleAddResolver,
  sampleAddUser,
  sampleCreateEnrollmentKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleEnrollHost,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from './testing/sample-mesh.js'
export {
  createSimulatedHost,
  emptyHost,
  type SimulatedHost,
  type SimulatedHostOptions,
  withHandshake,
  withLinkDown,
} from './testing/simulated-host.js'
export {
  type Decider,
  type Expectation,
  meshSpecification,
  type Specification,
  SpecificationFailure,
  specification,
} from './testing/specification.js'
