/**
 * From what is observed to commands. `decide` knows rules and no observations; `react` knows observations and asks `decide` whatever it
 * wants. Pure, as the two beside it: the same observations on the same state and memory lead to the same commands, with the evidence in
 * them, and a test needs no network.
 *
 * First everything that was observed is taken in, then it is judged: half of a round of probes would say something else than the whole.
 * Each fact has one owner, whose word alone counts; the same observation again is no news; and what comes again and again waits.
 */
import { largeMapHas } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { Observation } from '../protocol/observation.js'
import { type EpochMs, epochMs } from '../values/index.js'
import { decideHome } from './choose-home.js'
import { decideRelease } from './direct-again.js'
import { judgeDueGateways } from './judge-gateways.js'
import { type Reacting, type ReactionCommand, type RefusedWish, type RelayProbe, startReacting } from './reacting.js'
import type { ReactionMemory } from './reaction-memory.js'
import { reactionTimes } from './reaction-times.js'
import { recordPairMove, recordVector } from './record-moves.js'
import { concludeSearch } from './relay-pairs.js'
import { takeObservation } from './take-observation.js'

/** What came of one batch of observations. */
export interface Reaction {
  /** In order: each was decided on the state that the ones before it lead to. */
  readonly commands: readonly ReactionCommand[]
  /** Whom to ask for measurements. */
  readonly probes: readonly RelayProbe[]
  readonly refused: readonly RefusedWish[]
  /** For the next call. */
  readonly memory: ReactionMemory
}

/**
 * What follows from these observations. To be called with every batch of them, and without any at least every thirty seconds: gateways
 * are judged then (F2), and what waited is due. Observations older than a minute are left out, as are those of hosts that the state
 * doesn't know.
 */
export const react = (
  state: MeshState,
  memory: ReactionMemory,
  observations: readonly Observation[],
  nowEpochMs: EpochMs,
): Reaction => {
  const reacting = startReacting(state, memory, nowEpochMs)
  judgeDueGateways(reacting, memory)
  for (const observation of observations) {
    const observedAtEpochMs = epochMs(Math.min(observation.observedAtEpochMs, reacting.nowEpochMs))
    const isOld = reacting.nowEpochMs - observedAtEpochMs > reactionTimes.observationLastsMs
    if (isOld || !largeMapHas(state.hosts, observation.hostId)) continue
    takeObservation(reacting, { ...observation, observedAtEpochMs })
  }
  judgeAll(reacting)
  const { commands, probes, refused } = reacting
  return { commands, probes, refused, memory: reacting.memory() }
}

const judgeAll = (reacting: Reacting): void => {
  const { due } = reacting
  // Owners first: what they moved is not chosen for them in the same breath. Each of them speaks of another node or pair.
  for (const hostId of due.vectors) recordVector(reacting, hostId)
  for (const pairId of due.moves) recordPairMove(reacting, pairId)
  for (const pairId of due.releases) decideRelease(reacting, pairId)
  for (const pairId of due.searches) {
    reacting.settle()
    concludeSearch(reacting, pairId)
  }
  for (const nodeId of due.homes) {
    reacting.settle()
    decideHome(reacting, nodeId)
  }
}
