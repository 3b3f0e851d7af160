/** A mesh with a server that reacts: observations go in, commands are decided and folded as a server would, time passes by hand. */
import * as E from 'fp-ts/lib/Either.js'
import { decide } from '../src/mesh/decide.js'
import { describeMeshError } from '../src/mesh/describe-mesh-error.js'
import { evolveAll, replay } from '../src/mesh/evolve.js'
import type { MeshCommand } from '../src/mesh/mesh-command.js'
import type { MeshEvent } from '../src/mesh/mesh-event.js'
import type { MeshState } from '../src/mesh/mesh-state.js'
import type { GatewayFigure, Observation } from '../src/protocol/observation.js'
import { type Reaction, react } from '../src/reactions/react.js'
import { emptyReactionMemory, type ReactionMemory } from '../src/reactions/reaction-memory.js'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../src/testing/sample-mesh.js'
import {
  type EpochMs,
  epochMs,
  hostCapabilities,
  hostId,
  type NodeId,
  nodeId,
  udpEndpoint,
} from '../src/values/index.js'

/** Node of host `number` in network 1. */
export const node = (number: number): NodeId => nodeId(`node-1-${number}`)

/** What is observed, without when. */
export type Seen = Observation extends infer Each
  ? Each extends Observation
    ? Omit<Each, 'observedAtEpochMs'>
    : never
  : never

export interface Outcome extends Reaction {
  readonly events: readonly MeshEvent[]
}

export class ReactionWorld {
  state: MeshState
  memory: ReactionMemory = emptyReactionMemory()
  now: EpochMs

  constructor(state: MeshState) {
    this.state = state
    this.now = epochMs(Math.max(sampleTime, state.lastEventAtEpochMs) + 1)
  }

  pass(milliseconds: number): void {
    this.now = epochMs(this.now + milliseconds)
  }

  /** Throws when a command is refused, or is so already: `react` must not give such. */
  observe(...seen: readonly Seen[]): Outcome {
    return this.replay(seen.map((each) => ({ ...each, observedAtEpochMs: this.now }) as Observation))
  }

  replay(observations: readonly Observation[]): Outcome {
    const reaction = react(this.state, this.memory, observations, this.now)
    this.memory = reaction.memory
    return { ...reaction, events: reaction.commands.flatMap((command) => this.carryOut(command)) }
  }

  carryOut(command: MeshCommand): readonly MeshEvent[] {
    const decision = decide(command, this.state)
    if (E.isLeft(decision)) throw new Error(`${command.type} was refused: ${describeMeshError(decision.left)}`)
    if (decision.right.length === 0) throw new Error(`${command.type} changes nothing`)
    this.state = evolveAll(this.state, decision.right)
    return decision.right
  }
}

const machine = (number: number) =>
  sampleRegisterHost(number, {
    capabilities: hostCapabilities,
    endpoints: [{ endpoint: udpEndpoint(`203.0.113.${number}:51821`), origin: 'declared' }],
  })

/** Hosts 1 to `hosts` in network 1; the first `gateways` of them are gateways. */
export const worldOf = (
  { hosts, gateways }: { readonly hosts: number; readonly gateways: number },
  ...commands: readonly MeshCommand[]
): ReactionWorld => {
  const numbers = Array.from({ length: hosts }, (_, at) => at + 1)
  return new ReactionWorld(
    replay(
      eventsOf(
        sampleCreateMesh(),
        sampleCreateNetwork(1),
        ...numbers.map(machine),
        ...numbers.map((number) => sampleJoinNetwork(1, number)),
        ...numbers
          .slice(0, gateways)
          .map((number) => ({ type: 'CreateGateway', atEpochMs: sampleTime, nodeId: node(number) }) as const),
        ...commands,
      ),
    ),
  )
}

export const setAuto = (number: number): MeshCommand => ({
  type: 'SetAutoGateway',
  atEpochMs: sampleTime,
  nodeId: node(number),
})

export const assign = (number: number, ...gateways: readonly number[]): MeshCommand => ({
  type: 'AssignRelay',
  atEpochMs: sampleTime,
  nodeId: node(number),
  gatewayIds: gateways.map(node),
})

/** Gateway `number` as measured; `null`: it doesn't answer. */
export const figure = (
  number: number,
  roundTripMs: number | null,
  changes: Partial<GatewayFigure> = {},
): GatewayFigure => ({
  gatewayId: node(number),
  roundTripMs,
  lossPercent: 0,
  missedProbes: roundTripMs === null ? 3 : 0,
  handshakeAgeMs: 5000,
  ...changes,
})

/** Host `number` measured gateways; `[2, 10]`: gateway 2 in 10 ms. */
export const measured = (number: number, ...figures: readonly (readonly [number, number | null])[]): Seen => ({
  type: 'gateways-measured',
  hostId: hostId(`host-${number}`),
  figures: figures.map(([gateway, roundTripMs]) => figure(gateway, roundTripMs)),
})

/** Host `number` uses these gateways, in its own order. */
export const told = (number: number, sequence: number, ...gateways: readonly number[]): Seen => ({
  type: 'vector-told',
  hostId: hostId(`host-${number}`),
  sequence,
  gatewayIds: gateways.map(node),
  figures: [],
})

export const presence = (number: number, isConnected: boolean): Seen => ({
  type: 'presence-seen',
  hostId: hostId(`host-${number}`),
  isConnected,
})
