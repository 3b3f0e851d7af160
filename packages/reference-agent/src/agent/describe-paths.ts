import { type HostConfig, mayBeOffline, type Path, type PathKeeper } from '@meshfold/core'
import type { HopStatus, MeasuredStatus, PathsStatus } from './agent-status.js'

/** So many paths are told at most. */
const MAX_HOPS = 200

/** What is kept of paths, for people. */
export function pathsStatus(keeper: PathKeeper, config: HostConfig, nowMs: number): Omit<PathsStatus, 'outside'> {
  const nameOf = (hostId: string | undefined): string | null =>
    hostId === undefined ? null : (config.peers.get(hostId as never)?.name ?? hostId)
  const measured = [...keeper.health].map(([hostId, target]): MeasuredStatus => {
    const { state, isRefusing, roundTripMs } = target
    return {
      hostId,
      name: nameOf(hostId) ?? hostId,
      state: isRefusing && state !== 'down' ? 'no-agent' : state,
      roundTripMs: roundTripMs === null ? null : Math.round(roundTripMs * 10) / 10,
      lossPercent: Math.round(keeper.lossPercent(hostId, nowMs)),
    }
  })
  const hops: HopStatus[] = []
  for (const path of config.paths.values()) {
    const { key, to } = path
    if (to.kind === 'direct' || to.kind === 'behind-node') continue
    hops.push({
      path: key,
      name: targetName(path, config),
      kind: to.kind,
      via: nameOf(keeper.chooser.chosen.hops.get(key)),
    })
    if (hops.length === MAX_HOPS) break
  }
  return {
    mayBeOffline: mayBeOffline(keeper.health),
    measured: measured.sort((a, b) => (a.name < b.name ? -1 : 1)),
    hops: hops.sort((a, b) => (a.path < b.path ? -1 : 1)),
  }
}

/** Names of members and networks are in the config, those of egresses are not: they go by their ranges. */
function targetName({ key, networkId, prefixes }: Path, { names, networks }: HostConfig): string | null {
  const id = key.slice(key.indexOf(':') + 1)
  if (key.startsWith('egress:')) {
    const network = networks.find((each) => each.networkId === networkId)?.name
    return network === undefined || prefixes.length === 0 ? null : `${rangesText(prefixes)} of ${network}`
  }
  if (key.startsWith('network:')) return names.find(({ networkId }) => networkId === id)?.suffix ?? null
  if (!key.startsWith('node:')) return null
  for (const { suffix, entries } of names) {
    const entry = entries.find(({ memberId }) => memberId === id)
    if (entry !== undefined) return `${entry.name}.${suffix}`
  }
  return null
}

const rangesText = (prefixes: Path['prefixes']): string =>
  `${prefixes.slice(0, 3).join(', ')}${prefixes.length > 3 ? ` and ${prefixes.length - 3} more` : ''}`
