/**
 * What observations cost a server: nodes with automatic gateways that report every ten seconds, one observation a call and in batches of
 * 100; and a gateway's death, when all that used it tell so at once.
 */
import {
  emptyReactionMemory,
  epochMs,
  type MeshState,
  type Observation,
  type ReactionMemory,
  react,
  replay,
} from '@meshfold/core'
import { fullMeshEvents, hostNumber, nodeNumber } from './full-mesh.js'
import { millisecondsOf } from './measure.js'
import { becomesGateway, becomesRelayed } from './relayed-mesh.js'

const gateways = Array.from({ length: 40 }, (_, n) => n)
const startEpochMs = 1_700_001_000_000
const reportsEveryMs = 10_000

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const metrics: Record<string, number> = {}
  for (const size of [1000, 10_000, 50_000]) {
    const state = replay([
      ...fullMeshEvents(size),
      ...gateways.map(becomesGateway),
      ...usersOf(size).map((n) => becomesRelayed(n, listOf(n).map(nodeNumber))),
    ])
    for (const batch of [1, 100]) {
      const { microseconds, commands } = reporting(state, size, batch)
      metrics[`reportAt${size}NodesInBatchesOf${batch}Microseconds`] = microseconds
      metrics[`reportsAt${size}NodesInBatchesOf${batch}Commands`] = commands
    }
    const died = gatewayDies(state, size)
    metrics[`gatewayDeathAt${size}NodesMs`] = died.milliseconds
    metrics[`gatewayDeathAt${size}NodesMovedNodes`] = died.commands
  }
  return { bench: 'reactions', metrics }
}

const usersOf = (size: number): readonly number[] =>
  Array.from({ length: size - gateways.length }, (_, n) => n + gateways.length)

const listOf = (n: number): readonly number[] => [0, 1, 2, 3].map((at) => (n + at) % gateways.length)

/** Everybody reports six times; counted are the last two, when memory is full. */
const reporting = (state: MeshState, size: number, batch: number) => {
  let memory = emptyReactionMemory()
  let commands = 0
  let milliseconds = 0
  for (let round = 0; round < 6; round += 1) {
    const nowEpochMs = startEpochMs + round * reportsEveryMs
    const reports = usersOf(size).map((n) => report(n, nowEpochMs, round))
    const ms = millisecondsOf(() => {
      for (let at = 0; at < reports.length; at += batch) {
        const reaction = react(state, memory, reports.slice(at, at + batch), epochMs(nowEpochMs))
        memory = reaction.memory
        commands += reaction.commands.length
      }
    })
    if (round >= 4) milliseconds += ms
  }
  return { microseconds: (milliseconds * 1000) / (2 * usersOf(size).length), commands }
}

/** Noise within the margin. */
const report = (n: number, nowEpochMs: number, round: number): Observation => ({
  type: 'gateways-measured',
  hostId: hostNumber(n),
  observedAtEpochMs: epochMs(nowEpochMs),
  figures: listOf(n).map((gateway) => ({
    gatewayId: nodeNumber(gateway),
    roundTripMs: 30 + ((n * 7 + gateway * 3 + round) % 5),
    lossPercent: 0,
    missedProbes: 0,
    handshakeAgeMs: 10_000,
  })),
})

/** Gateway 0 dies: its users, one in forty, moved by themselves and tell so in one batch. */
const gatewayDies = (state: MeshState, size: number) => {
  const memory: ReactionMemory = emptyReactionMemory()
  const told = usersOf(size)
    .filter((n) => listOf(n)[0] === 0)
    .map(
      (n): Observation => ({
        type: 'vector-told',
        hostId: hostNumber(n),
        observedAtEpochMs: epochMs(startEpochMs),
        sequence: startEpochMs,
        gatewayIds: listOf(n).slice(1).map(nodeNumber),
        figures: [],
      }),
    )
  // The first time is not counted: it is pure, so the second does the same.
  const commands = react(state, memory, told, epochMs(startEpochMs)).commands.length
  const milliseconds = millisecondsOf(() => react(state, memory, told, epochMs(startEpochMs)))
  return { milliseconds, commands }
}
