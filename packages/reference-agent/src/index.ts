export type { AgentLog } from './agent/agent-log.js'
export { silentLog } from './agent/agent-log.js'
export {
  type AgentOptions,
  type AgentTiming,
  DEFAULT_TIMING,
  type Membership,
  type OwnFacts,
  type UnderlayEvents,
  type WatchUnderlay,
} from './agent/agent-options.js'
export type {
  AgentStatus,
  ConfigStatus,
  HopStatus,
  InterfaceStatus,
  MeasuredStatus,
  OwnStatus,
  PathsStatus,
  PeerStatus,
  ServerStatus,
} from './agent/agent-status.js'
export { type Agent, createAgent } from './agent/create-agent.js'
export type { KeyAdapters } from './agent/key-adapters.js'
export type { KeyRotation } from './agent/key-keeper.js'
export {
  type EnrollHostError,
  type EnrollHostOptions,
  enrollHost,
  type HttpFailure,
  type PostJson,
} from './enrollment/enroll-host.js'
export { type HostKeys, type HostKeysError, loadHostKeys, loadOrMakeHostKeys } from './enrollment/host-keys.js'
export { agentUrlOf, createPostJson, parseServerUrl } from './enrollment/http-post.js'
export { createKeyRing, type KeyRing, type KeyRingError, type KeyRingOptions } from './enrollment/key-ring.js'
export { type EndpointRules, ownEndpoints, ownPrefixes, usableUnderlay } from './report/own-endpoints.js'
export {
  type ConfigEntry,
  type ConfigStore,
  type ConfigStoreError,
  createMemoryConfigStore,
  type StoredConfig,
} from './state/config-store.js'
export { createFileConfigStore } from './state/file-config-store.js'
export { createFileSecretVault } from './state/file-secret-vault.js'
export { readHostSystem } from './system/host-system.js'
export { watchByIpMonitor } from './system/ip-monitor.js'
export { createUdpGreeter } from './system/udp-greeter.js'
