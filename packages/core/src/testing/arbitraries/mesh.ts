/** Histories of a mesh: commands drawn one after the other against the state that the ones before them led to. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { type Decision, decide } from '../../mesh/decide.js'
import { evolve } from '../../mesh/evolve.js'
import type { MeshCommand, MeshCommandType } from '../../mesh/mesh-command.js'
import type { MeshEvent } from '../../mesh/mesh-event.js'
import { emptyMeshState, type MeshState } from '../../mesh/mesh-state.js'
import { type EpochMs, epochMs } from '../../values/index.js'
import { sampleTime } from '../sample-mesh.js'
import { randomClientCommands } from './areas/client-makers.js'
import { randomDnsCommands } from './areas/dns-makers.js'
import { randomEgressCommands } from './areas/egress-makers.js'
import { randomGatewayCommands } from './areas/gateway-makers.js'
import { randomPolicyCommands } from './areas/policy-makers.js'
import { randomUserCommands } from './areas/user-makers.js'
import { type Draw, drawFrom } from './draw.js'
import { commandMakers } from './mesh-commands.js'

/** A command with the state it met, what was decided, and the state after. */
export interface MeshStep {
  readonly command: MeshCommand
  readonly before: MeshState
  readonly decision: Decision
  readonly after: MeshState
}

/** What a random mesh went through, from before its beginning. */
export interface MeshHistory {
  readonly steps: readonly MeshStep[]
  /** Of all steps, the refused ones too. */
  readonly commands: readonly MeshCommand[]
  /** What was accepted, in order. */
  readonly events: readonly MeshEvent[]
  /** `states[n]` is the state after the first `n` events, made by `evolve` one at a time. */
  readonly states: readonly MeshState[]
}

/** How long histories become. */
export interface MeshHistoryOptions {
  /** 60 unless told. */
  readonly maxCommands?: number
  /** What is there before the first command; nothing unless told. */
  readonly start?: MeshState
}

/** A mesh of a few hosts and networks, from before its beginning. Shrinks to fewer commands with simpler content. */
export const meshHistory = ({
  maxCommands = 60,
  start = emptyMeshState(),
}: MeshHistoryOptions = {}): fc.Arbitrary<MeshHistory> =>
  fc
    .array(fc.array(fc.nat(0xffff), { minLength: 24, maxLength: 24 }), {
      minLength: 1,
      maxLength: maxCommands,
      size: 'max',
    })
    .map((steps) => historyOf(start, steps.map(drawFrom)))

/** Any command, fitting a mesh or not: one from somewhere in a random history. */
export const arbitraryMeshCommand: fc.Arbitrary<MeshCommand> = meshHistory({ maxCommands: 20 }).map(
  ({ commands }) => commands[commands.length - 1] as MeshCommand,
)

/** Any event that the rules lead to. */
export const arbitraryMeshEvent: fc.Arbitrary<MeshEvent> = fc
  .tuple(meshHistory({ maxCommands: 20 }), fc.nat())
  .map(([{ events }, at]) => events[at % Math.max(1, events.length)])
  .filter((event) => event !== undefined)

const isThere = {
  nothing: () => true,
  mesh: (state: MeshState) => state.mesh !== null,
  network: (state: MeshState) => state.networks.size > 0,
  host: (state: MeshState) => state.hosts.size > 0 && state.networks.size > 0,
  node: (state: MeshState) => state.nodes.size > 0,
  key: (state: MeshState) => state.enrollmentKeys.size > 0 && state.networks.size > 0,
}

/** How often each type is drawn, and what must be there for it to make sense. */
const weights: { readonly [T in MeshCommandType]: readonly [weight: number, fits: (state: MeshState) => boolean] } = {
  CreateMesh: [1, isThere.nothing],
  UpdateMeshSettings: [1, isThere.mesh],
  RaiseMeshEpoch: [1, isThere.mesh],
  CreateNetwork: [6, isThere.mesh],
  UpdateNetwork: [3, isThere.network],
  RemoveNetwork: [1, isThere.network],
  RegisterHost: [4, isThere.mesh],
  EnrollHost: [10, isThere.key],
  ReportHostEndpoints: [4, isThere.host],
  ReportHostResolvers: [4, isThere.host],
  UpdateHost: [3, isThere.host],
  RotateHostKey: [2, isThere.host],
  ExcludeHostPrefixes: [2, isThere.host],
  RemoveHost: [1, isThere.host],
  SetHostOwner: [4, (state) => isThere.host(state) && state.users.size > 0],
  JoinNetwork: [10, isThere.host],
  ApproveNode: [3, isThere.node],
  ConnectNode: [2, isThere.node],
  DisconnectNode: [2, isThere.node],
  UpdateNode: [3, isThere.node],
  ExpireNode: [4, isThere.node],
  RemoveNode: [1, isThere.node],
  MarkNodeAway: [4, isThere.node],
  MarkNodeReturned: [2, isThere.node],
  RemoveAwayNode: [4, isThere.node],
  AssignTag: [3, isThere.node],
  UnassignTag: [2, isThere.node],
  CreateEnrollmentKey: [4, isThere.network],
  UpdateEnrollmentKey: [2, isThere.key],
  RevokeEnrollmentKey: [1, isThere.key],
  ...randomClientCommands.weights,
  ...randomDnsCommands.weights,
  ...randomEgressCommands.weights,
  ...randomGatewayCommands.weights,
  ...randomPolicyCommands.weights,
  ...randomUserCommands.weights,
}

const weightedTypes = Object.entries(weights).flatMap(([type, [weight]]) =>
  Array<MeshCommandType>(weight).fill(type as MeshCommandType),
)

const historyOf = (start: MeshState, draws: readonly Draw[]): MeshHistory => {
  const steps: MeshStep[] = []
  const events: MeshEvent[] = []
  const states: MeshState[] = [start]
  let now: EpochMs = start.mesh === null ? sampleTime : start.lastEventAtEpochMs
  for (const [serial, draw] of draws.entries()) {
    const before = states[states.length - 1] ?? start
    now = timeAfter(now, draw)
    const command = commandMakers[typeFor(before, draw)]({ draw, state: before, atEpochMs: now, serial })
    const decision = decide(command, before)
    const accepted = E.isRight(decision) ? decision.right : []
    for (const event of accepted) states.push(evolve(states[states.length - 1] ?? before, event))
    events.push(...accepted)
    steps.push({ command, before, decision, after: states[states.length - 1] ?? before })
  }
  return withShortText({ steps, commands: steps.map(({ command }) => command), events, states })
}

/** Mostly what makes sense by now; now and then anything. */
const typeFor = (state: MeshState, draw: Draw): MeshCommandType => {
  const fits = (type: MeshCommandType) => weights[type][1](state)
  const [first, ...others] = draw.oneIn(30) ? weightedTypes : weightedTypes.filter(fits)
  return draw.pick([first ?? 'CreateMesh', ...others])
}

/** Mostly onwards, now and then back: clocks differ. Hardly ever to the end of all times. */
const timeAfter = (now: EpochMs, draw: Draw): EpochMs => {
  if (draw.oneIn(2000)) return epochMs(Number.MAX_SAFE_INTEGER)
  return epochMs(Math.min(now + draw.pick([0, 1000, 60_000, 700_000, -30_000]), Number.MAX_SAFE_INTEGER))
}

/** What fast-check prints of a counter-example: the commands and what came of them, not every state. */
const withShortText = (history: MeshHistory): MeshHistory =>
  Object.defineProperty(history, fc.toStringMethod, {
    value: () =>
      history.steps
        .map(({ command, decision }) => `\n  ${JSON.stringify(command)} → ${JSON.stringify(E.toUnion(decision))}`)
        .join(''),
  })
