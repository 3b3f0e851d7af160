import type { HostConfig, PathKeeper } from '@meshfold/core'
import type { HopStatus, MeasuredStatus, PathsStatus } from './agent-status.js'

/** So many paths are told at most. */
const MAX_HOPS = 200

/** What is kept of paths, for people. */
export function pathsStatus(keeper: PathKeeper, config: HostConfig, nowMs: number): PathsStatus {
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
  for (const { key, to } of config.paths.values()) {
    if (to.kind === 'direct' || to.kind === 'behind-node') continue
    hops.push({ path: key, kind: to.kind, via: nameOf(keeper.chooser.chosen.hops.get(key)) })
    if (hops.length === MAX_HOPS) break
  }
  return {
    measured: measured.sort((a, b) => (a.name < b.name ? -1 : 1)),
    hops: hops.sort((a, b) => (a.path < b.path ? -1 : 1)),
  }
}
