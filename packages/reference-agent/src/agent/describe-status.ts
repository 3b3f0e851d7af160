import {
  type AsOf,
  type DesiredHost,
  type DriverCapabilities,
  describeDrift,
  foreignHindrances,
  type HostConfig,
  type HostId,
  type NamesReport,
  type ObservedHost,
  type PeerConfig,
  type RevertedSection,
  type RevertProof,
  reportNames,
} from '@meshfold/core'
import { withoutResolvers } from '../report/own-resolvers.js'
import type { InterfaceStatus, PeerStatus } from './agent-status.js'
import { describeOneDrift } from './describe-failure.js'

/** Whom and what a config speaks of, as far as status needs it. */
export interface KnownConfig {
  readonly own: HostConfig['own'] | undefined
  readonly peers: ReadonlyMap<HostId, PeerConfig>
  readonly desired: DesiredHost | undefined
}

/** What of a config its host can't serve. What the driver says of itself names the way out. */
export const lackingOf = (
  config: Pick<HostConfig, 'refused' | 'own' | 'ranges' | 'networks' | 'dns'> | undefined,
  capabilities: DriverCapabilities | undefined,
  observed: ObservedHost | undefined,
): readonly string[] => {
  if (config === undefined) return []
  const refused = config.refused.map(({ capability, reason }) => {
    const state = capability === null ? undefined : capabilities?.[capability]
    return state === undefined || state.supported ? reason : `${reason} ${state.consequence}`
  })
  const nameless = observed === undefined ? [] : withoutResolvers(observed, config)
  return [...new Set([...refused, ...nameless])]
}

/** The own interface as it is. */
export function interfaceStatus(observed: ObservedHost | undefined, config: KnownConfig): InterfaceStatus | null {
  const found = observed?.interface
  if (found === undefined) return null
  const { name, implementation, listenPort, mtuBytes, isUp, addresses } = found
  const control = [config.own?.controlAddress4, config.own?.controlAddress6]
  const controlAddresses = addresses.filter((address) => control.some((one) => one === address))
  return { name, implementation, listenPort, mtuBytes, isUp, addresses, controlAddresses }
}

/** Each peer of the config, by name, as WireGuard sees it. */
export function peerStatuses(observed: ObservedHost | undefined, config: KnownConfig): readonly PeerStatus[] {
  const statuses = [...config.peers.values()].map(({ hostId, name, wireguardKey }): PeerStatus => {
    const peer = observed?.peers.get(wireguardKey)
    const handshakeAt = peer?.latestHandshakeAtEpochMs
    const ageMs = handshakeAt === undefined ? undefined : (observed?.observedAtEpochMs ?? handshakeAt) - handshakeAt
    return {
      hostId,
      name,
      publicKey: wireguardKey,
      endpoint: peer?.endpoint ?? null,
      allowedIps: peer?.allowedIps ?? [],
      handshakeAgeSeconds: ageMs === undefined ? null : Math.max(0, Math.round(ageMs / 1000)),
      receivedBytes: peer?.receivedBytes ?? 0,
      sentBytes: peer?.sentBytes ?? 0,
    }
  })
  return statuses.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** How names are served: the first names and resolvers that are not. */
export function namesStatus(observed: ObservedHost | undefined, { desired }: KnownConfig): NamesReport | null {
  if (observed === undefined || desired === undefined) return null
  const report = reportNames(observed.names, desired.names)
  return {
    ...report,
    leftToOthers: report.leftToOthers.slice(0, MAX_DRIFT),
    notAsked: report.notAsked.slice(0, MAX_DRIFT),
  }
}

/** What differs between host and config, and what stands in the way of it, in words, the first 50. */
export function differencesOf(observed: ObservedHost | undefined, config: KnownConfig): readonly string[] {
  if (observed === undefined || config.desired === undefined) return []
  const differing = describeDrift(observed, config.desired).map(describeOneDrift)
  return [...differing, ...foreignHindrances(observed.foreignFilters, config.desired)].slice(0, MAX_DRIFT)
}

type Reverted = Pick<RevertedSection, 'section' | 'asOf' | 'proof'>

/** What was reverted, in one line. */
export const describeReverted = (reverted: readonly Reverted[]): string => reverted.map(describeOneReverted).join('; ')

/** Which section it is, and why it is as before. */
export const describeOneReverted = ({ section, asOf, proof }: Reverted): string =>
  `${section} of ${formatAsOf(asOf)} ${REVERTED_FOR[proof]}`

const REVERTED_FOR: Readonly<Record<RevertProof, string>> = {
  awaited: 'may have cut this host off from its server: as before since',
  'server-came-back': 'cut this host off from its server: as before since',
  'made-no-difference': 'is as before, which did not bring the server back: tried again when it is there',
  'in-doubt': 'may have cut this host off from its server: as before for now, and tried again after a while',
}

/** So many differences are told at most. */
export const MAX_DRIFT = 50

/** A place in the mesh's history as people read it. */
export const formatAsOf = (asOf: AsOf | null): string =>
  asOf === null ? 'nothing' : `revision ${asOf.revision} (epoch ${asOf.epoch})`
