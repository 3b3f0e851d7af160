/** C5: a relayed pair that proved its direct path, both ways, goes back to it. The more often that didn't last, the longer it waits. */
import { largeMapGet } from '../mesh/large-map.js'
import type { PairId } from '../mesh/mesh-state.js'
import { mustWait, onceMore, type Reacting, type Taken, takenWith } from './reacting.js'
import { unseenPair } from './reaction-memory.js'
import { reactionTimes } from './reaction-times.js'
import { isOwner } from './record-moves.js'

export const takeDirect = (reacting: Reacting, observation: Taken<'pair-direct'>): void => {
  const { pairId, hostId, type, observedAtEpochMs: atEpochMs, handshakeAgeMs } = observation
  if (!isOwner(reacting.state(), pairId, hostId)) return
  const watch = reacting.pairs.get(pairId) ?? unseenPair
  const taken = takenWith(watch.taken, `${type} ${hostId}`, atEpochMs)
  if (taken === undefined) return
  const isFresh = (ageMs: number | null) => ageMs !== null && ageMs <= reactionTimes.echoLastsMs
  const isProven = isFresh(observation.ownEchoAgeMs) && isFresh(observation.otherEchoAgeMs)
  reacting.pairs.put(pairId, { ...watch, taken, direct: isProven ? { atEpochMs, handshakeAgeMs } : null })
  reacting.due.releases.add(pairId)
}

export const decideRelease = (reacting: Reacting, pairId: PairId): void => {
  const { nowEpochMs: atEpochMs, pairs, due } = reacting
  const pair = largeMapGet(reacting.state().autoRelays, pairId)
  const watch = pairs.get(pairId)
  if (pair === undefined || watch === undefined || watch.direct === null) return
  const { direct, taken, releases } = watch
  // Proof from before it was relayed is what broke; proof from long ago may have.
  const isOld = atEpochMs - direct.atEpochMs > reactionTimes.observationLastsMs
  if (direct.atEpochMs <= pair.engagedAtEpochMs || isOld) return
  if (mustWait(releases, atEpochMs)) {
    due.later.pairIds.add(pairId)
    return
  }
  const evidence = { handshakeAgeMs: direct.handshakeAgeMs, missedProbes: 0, measured: [] }
  if (!reacting.give({ type: 'ReleaseAutoRelay', atEpochMs, pairId, cause: 'direct', evidence })) return
  pairs.put(pairId, { ...unseenPair, taken, releases: onceMore(releases, atEpochMs) })
}
