/**
 * The law of sessions: whatever happens to the mesh and to the connections, an agent that is read to the end holds exactly what its
 * host may see. Commands are drawn at random; in between connections break, agents are slow, and the server starts anew.
 */
import { type EventLog, type HostId, largeMapKeys, projectSnapshot, tableOfSnapshot } from '@meshfold/core'
import { createInMemoryEventLog, meshHistory } from '@meshfold/core/testing'
import { nodeCrypto } from '@meshfold/transport-ws'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { expect, it } from 'vitest'
import { lawRuns } from '../../core/test/law-runs.js'
import { AgentSessions } from '../src/agents/agent-sessions.js'
import { MeshService } from '../src/mesh-service/mesh-service.js'
import { silentLog } from '../src/server-log.js'
import { DirectAgent } from './support/direct-agent.js'
import { ManualClock } from './support/manual-clock.js'
import { contextOf, ids } from './support/mesh-commands.js'

type Mishap =
  | { readonly kind: 'read'; readonly agent: number; readonly count: number }
  | { readonly kind: 'break' | 'slow down' | 'recover'; readonly agent: number }
  | { readonly kind: 'restart' }

const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), agent: fc.nat(7), count: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('break' as const), agent: fc.nat(7) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('slow down' as const), agent: fc.nat(7) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('recover' as const), agent: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
)

/** A server with its agents, as far as the law is concerned. */
class World {
  readonly clock = new ManualClock()
  readonly agents: DirectAgent[] = []
  readonly log: EventLog = createInMemoryEventLog()
  service!: MeshService
  sessions!: AgentSessions

  async start(): Promise<void> {
    const shared = { clock: this.clock, timers: this.clock.timers, serverLog: silentLog }
    const started = await MeshService.start({
      ...shared,
      log: this.log,
      stream: 'mesh',
      crypto: nodeCrypto,
      gatherMs: 0,
    })
    if (E.isLeft(started)) throw new Error(started.left.code)
    this.service = started.right
    this.sessions = new AgentSessions({
      ...shared,
      crypto: nodeCrypto,
      service: this.service,
      freshCommandId: ids.command,
    })
    for (const agent of this.agents) this.reconnect(agent)
  }

  async restart(): Promise<void> {
    for (const agent of this.agents) agent.disconnect()
    await this.stop()
    await this.start()
  }

  async stop(): Promise<void> {
    this.sessions.close()
    await this.service.close()
  }

  /** A host that is new gets an agent; one that was removed is not let in. */
  meetHosts(): void {
    for (const hostId of largeMapKeys(this.service.state.hosts)) {
      if (this.agents.some((agent) => agent.hostId === hostId)) continue
      const agent = new DirectAgent(hostId)
      this.agents.push(agent)
      this.reconnect(agent)
    }
  }

  reconnect(agent: DirectAgent): void {
    if (this.isKnown(agent.hostId)) agent.connect(this.sessions)
  }

  isKnown(hostId: HostId): boolean {
    return [...largeMapKeys(this.service.state.hosts)].includes(hostId)
  }

  async suffer(what: Mishap): Promise<void> {
    if (what.kind === 'restart') return this.restart()
    const agent = this.agents[what.agent % Math.max(1, this.agents.length)]
    if (agent === undefined) return
    if (what.kind === 'read') agent.read(what.count)
    if (what.kind === 'slow down') agent.slowDown()
    if (what.kind === 'recover') agent.recover()
    if (what.kind === 'break') {
      agent.disconnect()
      this.reconnect(agent)
    }
  }

  /** Everybody comes back and reads to the end. */
  calmDown(): void {
    for (const agent of this.agents) {
      if (!agent.isConnected) this.reconnect(agent)
      agent.recover()
    }
    for (let round = 0; round < 5; round += 1) {
      for (const agent of this.agents) agent.read(Number.POSITIVE_INFINITY)
      this.clock.advance(3000)
    }
  }

  check(): void {
    for (const agent of this.agents) {
      if (!this.isKnown(agent.hostId)) {
        expect(agent.isConnected).toBe(false)
        continue
      }
      const wanted = tableOfSnapshot(agent.hostId, projectSnapshot(this.service.state, agent.hostId))
      expect(agent.table?.fragments).toEqual(wanted.fragments)
      expect(agent.table?.asOf).toEqual(this.service.asOf)
    }
  }
}

it('snapshot and patches add up to the snapshot of the end, whatever happens in between', async () => {
  const kinds = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(
      meshHistory({ maxCommands: 50 }),
      fc.array(fc.array(mishap, { maxLength: 3 }), { minLength: 50, maxLength: 50 }),
      async ({ commands }, mishaps) => {
        const world = new World()
        await world.start()
        for (const [step, command] of commands.entries()) {
          const { atEpochMs: _at, ...unstamped } = command
          await world.service.submit(unstamped as never, contextOf())
          world.meetHosts()
          for (const what of mishaps[step] ?? []) await world.suffer(what)
          world.clock.advance(1000)
        }
        world.calmDown()
        world.check()
        for (const kind of world.agents.flatMap((agent) => agent.kinds)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
        await world.stop()
      },
    ),
    { ...lawRuns(0.6), endOnFailure: true },
  )
  // Every way of bringing an agent up to date was taken, or the runs have proved nothing.
  for (const kind of ['snapshot', 'patch', 'table-wanted', 'heartbeat'])
    expect(kinds.get(kind) ?? 0, kind).toBeGreaterThan(10)
})
