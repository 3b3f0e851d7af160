import {
  type Clock,
  type HostConfig,
  type HostReport,
  hasLiveHandshake,
  type IpAddress,
  type ObservedHost,
  supportedCapabilities,
  type UdpEndpoint,
} from '@meshfold/core'
import { type EndpointRules, ownEndpoints, ownPrefixes } from '../report/own-endpoints.js'
import { ownResolvers } from '../report/own-resolvers.js'
import type { AgentOptions } from './agent-options.js'
import type { LiveConfig } from './live-config.js'

/** Which addresses of this host are told, with the config that is held. */
export function endpointRulesOf(
  facts: AgentOptions['facts'],
  config: HostConfig | undefined,
  seenAt: readonly UdpEndpoint[],
): EndpointRules {
  const { declaredEndpoints, excludedPrefixes, listenPort } = facts
  const meshPrefixes = config?.ranges ?? []
  return { listenPort: config?.own.listenPort ?? listenPort, declaredEndpoints, excludedPrefixes, meshPrefixes, seenAt }
}

/** What this host says of itself. */
export function reportOf(
  { facts, driver }: Pick<AgentOptions, 'facts' | 'driver'>,
  observed: ObservedHost,
  config: HostConfig | undefined,
  rules: EndpointRules,
  drift: readonly string[],
): HostReport {
  const { underlayAddresses } = observed
  return {
    system: facts.system,
    listenPort: rules.listenPort,
    endpoints: ownEndpoints(underlayAddresses, rules),
    localPrefixes: ownPrefixes(underlayAddresses, rules),
    capabilities: supportedCapabilities(driver.capabilities),
    resolvers: ownResolvers(observed, config),
    drift,
  }
}

/** Control addresses of the peers with whom a session lives. */
export function livePeers(live: LiveConfig, observed: ObservedHost, clock: Clock): readonly IpAddress[] {
  const nowEpochMs = clock.nowEpochMs()
  return [...live.peers.values()]
    .filter(({ wireguardKey }) => hasLiveHandshake(observed.peers.get(wireguardKey), nowEpochMs))
    .map(({ controlAddress4 }) => controlAddress4)
}
