/** One call of `react` at work: what was observed so far, and what follows from it. Nothing of it is left when the call ends. */
import * as E from 'fp-ts/lib/Either.js'
import { decide } from '../mesh/decide.js'
import { evolveAll } from '../mesh/evolve.js'
import { largeMapHas } from '../mesh/large-map.js'
import type { MeshCommandOf } from '../mesh/mesh-command.js'
import type { MeshError } from '../mesh/mesh-error.js'
import type { MeshEvent } from '../mesh/mesh-event.js'
import { type AutoRelay, type MeshState, type PairId, pairIdOf } from '../mesh/mesh-state.js'
import type { Observation } from '../protocol/observation.js'
import { type EpochMs, epochMs, type HostId, type NodeId, type UdpEndpoint } from '../values/index.js'
import type {
  GatewayWatch,
  HostWatch,
  NodeWatch,
  PairWatch,
  ReactionMemory,
  Repeated,
  TakenAt,
} from './reaction-memory.js'
import { holdDownMs, reactionTimes } from './reaction-times.js'
import { noteDown, type WatchNotes } from './watched.js'

/** Both ends of a pair are to be asked how far these relays are (C3). An observation answers it: `relays-probed`. */
export interface RelayProbe {
  readonly pairId: PairId
  readonly nodeIds: AutoRelay['nodeIds']
  /** Four at most; those that an end probes anyway come first. */
  readonly gatewayIds: readonly NodeId[]
  readonly forMs: number
}

/** What observations lead to. */
export type ReactionCommand = MeshCommandOf<
  'ReportRelayVector' | 'RankGateways' | 'EngageAutoRelay' | 'MoveAutoRelay' | 'ReleaseAutoRelay'
>

/** What the rules were against: there is a rule that the reactions don't know. Nothing came of it; for the server's log. */
export interface RefusedWish {
  readonly command: ReactionCommand
  readonly error: MeshError
}

/** What was observed, and when by the time of this call. */
export type Taken<T extends Observation['type']> = Extract<Observation, { readonly type: T }>

export interface Reacting {
  /** As it was when it was last settled. */
  readonly state: () => MeshState
  /** Folds in what was given since: choices that look at loads see each other, and a fold for each of 1,000 moves would cost seconds. */
  readonly settle: () => void
  readonly nowEpochMs: EpochMs
  readonly window: number
  readonly hosts: WatchNotes<HostId, HostWatch>
  readonly nodes: WatchNotes<NodeId, NodeWatch>
  readonly pairs: WatchNotes<PairId, PairWatch>
  readonly gateways: WatchNotes<NodeId, GatewayWatch>
  readonly reached: WatchNotes<HostId, ReadonlySet<UdpEndpoint>>
  /** Whom this call decides about, after everything observed is in. */
  readonly due: Due
  readonly probes: RelayProbe[]
  /** Gives a command, unless that was just done, it is so already, or the rules are against it. True: given. */
  readonly give: (command: ReactionCommand) => boolean
  readonly commands: readonly ReactionCommand[]
  readonly refused: readonly RefusedWish[]
  readonly memory: () => ReactionMemory
}

export interface Due {
  readonly vectors: Set<HostId>
  readonly homes: Set<NodeId>
  readonly searches: Set<PairId>
  readonly moves: Set<PairId>
  readonly releases: Set<PairId>
  /** Held back: they are due again at the next call. */
  readonly later: { readonly hostIds: Set<HostId>; readonly pairIds: Set<PairId> }
}

export const windowOf = (epochMillis: EpochMs): number => Math.floor(epochMillis / reactionTimes.judgingWindowMs)

export const startReacting = (start: MeshState, memory: ReactionMemory, wantedNow: EpochMs): Reacting => {
  const nowEpochMs = epochMs(Math.max(wantedNow, memory.atEpochMs))
  const window = windowOf(nowEpochMs)
  const hosts = noteDown(memory.hosts, window)
  const nodes = noteDown(memory.nodes, window)
  const pairs = noteDown(memory.pairs, window)
  const gateways = noteDown(memory.gateways, window)
  const reached = noteDown(memory.reached, window)
  const given = noteDown(memory.given, window)
  const due = nothingDue(memory)
  const commands: ReactionCommand[] = []
  const refused: RefusedWish[] = []
  const unsettled: MeshEvent[] = []
  let state = start
  return {
    state: () => state,
    settle: () => {
      if (unsettled.length > 0) state = evolveAll(state, unsettled.splice(0))
    },
    nowEpochMs,
    window,
    hosts,
    nodes,
    pairs,
    gateways,
    reached,
    due,
    probes: [],
    give: (command) => {
      const subject = subjectOf(command)
      const wish = wishOf(command)
      const last = given.get(subject)
      if (last?.wish === wish && nowEpochMs - last.atEpochMs < reactionTimes.givenAgainMs) return false
      const decision = decide(command, state)
      if (E.isLeft(decision)) refused.push({ command, error: decision.left })
      if (E.isLeft(decision) || decision.right.length === 0) return false
      unsettled.push(...decision.right)
      given.put(subject, { wish, atEpochMs: nowEpochMs })
      commands.push(command)
      return true
    },
    commands,
    refused,
    memory: () => {
      const oldest = window - reactionTimes.rememberedWindows
      const isHere = (hostId: HostId, { presence }: HostWatch) =>
        presence === 'connected' && largeMapHas(state.hosts, hostId)
      const { hostIds, pairIds } = due.later
      return {
        atEpochMs: nowEpochMs,
        hosts: hosts.kept(oldest, isHere),
        nodes: nodes.kept(oldest, () => false),
        pairs: pairs.kept(oldest, () => false),
        gateways: gateways.kept(oldest, () => false),
        reached: reached.kept(oldest, (hostId) => largeMapHas(state.hosts, hostId)),
        given: given.kept(window - 1, () => false),
        heldBack: { hostIds: [...hostIds], pairIds: [...pairIds] },
      }
    },
  }
}

const nothingDue = ({ heldBack }: ReactionMemory): Due => ({
  vectors: new Set(heldBack.hostIds),
  homes: new Set(),
  searches: new Set(),
  moves: new Set(heldBack.pairIds),
  releases: new Set(heldBack.pairIds),
  later: { hostIds: new Set(), pairIds: new Set() },
})

/** The node or pair that a command is about. */
const subjectOf = (command: ReactionCommand): NodeId | PairId => {
  switch (command.type) {
    case 'ReportRelayVector':
    case 'RankGateways':
      return command.nodeId
    case 'EngageAutoRelay':
      return pairIdOf(command.oneNodeId, command.otherNodeId)
    case 'MoveAutoRelay':
    case 'ReleaseAutoRelay':
      return command.pairId
  }
}

/** What a command asks, whenever and on whatever evidence. */
const wishOf = (command: ReactionCommand): string => JSON.stringify({ ...command, atEpochMs: 0, evidence: null })

/** Once more; what was long ago doesn't count. */
export const onceMore = ({ times, lastAtEpochMs }: Repeated, nowEpochMs: EpochMs): Repeated => ({
  times: nowEpochMs - lastAtEpochMs > reactionTimes.longestHoldDownMs ? 1 : times + 1,
  lastAtEpochMs: nowEpochMs,
})

/** Whether what was done of late must wait before it is done again. */
export const mustWait = ({ times, lastAtEpochMs }: Repeated, nowEpochMs: EpochMs): boolean =>
  nowEpochMs - lastAtEpochMs < holdDownMs(times)

/** `undefined`: it is no news; the same observation was taken, or a younger one. */
export const takenWith = (taken: TakenAt, what: string, observedAtEpochMs: EpochMs): TakenAt | undefined => {
  const last = taken.get(what)
  return last !== undefined && last >= observedAtEpochMs ? undefined : new Map(taken).set(what, observedAtEpochMs)
}
