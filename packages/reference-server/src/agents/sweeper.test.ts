import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  hostId,
  identityKeyFromBytes,
  largeMapGet,
  type NodeId,
  networkId,
  type Timers,
  wireguardKeyFromBytes,
} from '@meshfold/core'
import { createInMemoryEventLog } from '@meshfold/core/testing'
import { nodeCrypto } from '@meshfold/transport-ws'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimsOf } from '../../test/support/fake-agent.js'
import { ManualClock } from '../../test/support/manual-clock.js'
import { contextOf, createMesh, createNetwork, ids } from '../../test/support/mesh-commands.js'
import type { UnstampedCommand } from '../mesh-service/command-answer.js'
import { MeshService } from '../mesh-service/mesh-service.js'
import { Presence } from './presence.js'
import { SharedPresence } from './shared-presence.js'
import { type AbsenceTimes, Sweeper } from './sweeper.js'

const MINUTE = 60_000
const host = hostId('host-alpha')

/** A round only when a test asks for one. */
const inert: Timers = { after: () => () => {}, every: () => () => {} }

let clock: ManualClock
let service: MeshService
let presence: Presence
let sweeper: Sweeper
let errors: string[]
let warnings: string[]
let folder: string

const submit = async (command: UnstampedCommand) => {
  const answer = await service.submit(command, contextOf())
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
}

const joinNetwork = async (terms: { ephemeral: boolean; expiresAtEpochMs: number | null }): Promise<NodeId> => {
  const nodeId = ids.node()
  const command = { type: 'JoinNetwork', networkId: networkId('net-one'), hostId: host, nodeId, name: null } as const
  await submit({ ...command, address4: null, address6: null, ...terms } as UnstampedCommand)
  return nodeId
}

const sweeperOf = (own: Presence, shared: SharedPresence, absence?: AbsenceTimes): Sweeper => {
  const serverLog = {
    debug: () => {},
    info: () => {},
    warn: (_: object, text: string) => void warnings.push(text),
    error: (_: object, text: string) => void errors.push(text),
  }
  return new Sweeper({
    service,
    presence: own,
    shared,
    clock,
    timers: inert,
    serverLog,
    freshCommandId: ids.command,
    absence,
  })
}

beforeEach(async () => {
  clock = new ManualClock()
  errors = []
  warnings = []
  folder = await mkdtemp(join(tmpdir(), 'meshfold-sweeper-'))
  const serverLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const options = { log: createInMemoryEventLog(), stream: 'mesh-1', crypto: nodeCrypto, clock, timers: clock.timers }
  const started = await MeshService.start({ ...options, serverLog })
  if (E.isLeft(started)) throw new Error('no service')
  service = started.right
  presence = new Presence()
  sweeper = sweeperOf(presence, new SharedPresence(folder))
  await submit(createMesh)
  await submit(createNetwork('one', 1))
  const [wireguardKey, identityKey] = [
    wireguardKeyFromBytes(nodeCrypto.randomBytes(32)),
    identityKeyFromBytes(nodeCrypto.randomBytes(32)),
  ]
  if (E.isLeft(wireguardKey) || E.isLeft(identityKey)) throw new Error('no keys')
  const keys = { wireguardKey: wireguardKey.right, identityKey: identityKey.right, controlAddress6: 'fd00:1:2::7' }
  await submit({ type: 'RegisterHost', hostId: host, ...claimsOf('alpha'), ...keys } as UnstampedCommand)
})

afterEach(async () => {
  await sweeper.close()
  await service.close()
  await rm(folder, { recursive: true, force: true })
})

/** Time in which it sweeps as it does, only less often. */
const passes = async (ms: number) => {
  for (let passed = 0; passed < ms; passed += 30_000) await skips(Math.min(30_000, ms - passed))
}

/** Time in which it stands still. */
const skips = async (ms: number) => {
  clock.advance(ms)
  await sweeper.sweep()
}

const nodeOf = (nodeId: NodeId) => largeMapGet(service.state.nodes, nodeId)

describe('the sweeper', () => {
  it('lets a node expire when its time has come, not before', async () => {
    const nodeId = await joinNetwork({ ephemeral: false, expiresAtEpochMs: clock.nowEpochMs() + 10 * MINUTE })
    await passes(9 * MINUTE)
    expect(nodeOf(nodeId)?.expired).toBe(false)
    await passes(MINUTE)
    expect(nodeOf(nodeId)?.expired).toBe(true)
  })

  it('counts absence from five minutes after its start at the earliest, and removes after the grace', async () => {
    const nodeId = await joinNetwork({ ephemeral: true, expiresAtEpochMs: null })
    await passes(5 * MINUTE)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).toBeNull()
    const counted = clock.nowEpochMs()
    await passes(MINUTE)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).toBe(counted)
    await passes(8 * MINUTE)
    expect(nodeOf(nodeId)).toBeDefined()
    await passes(2 * MINUTE)
    expect(nodeOf(nodeId)).toBeUndefined()
    expect(largeMapGet(service.state.hosts, host)).toBeDefined()
  })

  it('counts by other times where it is given some', async () => {
    await sweeper.close()
    const times = { awayAfterMs: 2000, patienceAfterStartMs: 10_000 }
    sweeper = sweeperOf(presence, new SharedPresence(folder), times)
    const nodeId = await joinNetwork({ ephemeral: true, expiresAtEpochMs: null })
    await passes(11_999)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).toBeNull()
    await passes(1)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).toBe(clock.nowEpochMs() - 2000)
  })

  it('counts from the last contact of one that was there, and takes note when it returns', async () => {
    const nodeId = await joinNetwork({ ephemeral: true, expiresAtEpochMs: null })
    presence.connected(host, null, clock.nowEpochMs())
    await passes(60 * MINUTE)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).toBeNull()
    presence.disconnected(host, clock.nowEpochMs())
    const left = clock.nowEpochMs()
    await passes(2 * MINUTE)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).toBe(left)
    presence.connected(host, null, clock.nowEpochMs())
    await passes(5000)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).toBeNull()
  })

  it('removes nobody because servers were down: after a start there is patience again', async () => {
    const nodeId = await joinNetwork({ ephemeral: true, expiresAtEpochMs: null })
    await passes(7 * MINUTE)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).not.toBeNull()
    await sweeper.close()
    clock.advance(24 * 60 * MINUTE)
    sweeper = sweeperOf(presence, new SharedPresence(folder))
    await passes(4 * MINUTE)
    expect(nodeOf(nodeId)).toBeDefined()
    await passes(2 * MINUTE)
    expect(nodeOf(nodeId)).toBeUndefined()
  })

  it('stops when the clock jumps, and goes on when it is right again', async () => {
    const nodeId = await joinNetwork({ ephemeral: false, expiresAtEpochMs: clock.nowEpochMs() + 10 * MINUTE })
    clock.jump(20 * MINUTE)
    await passes(5000)
    expect(nodeOf(nodeId)?.expired).toBe(false)
    expect(errors).toHaveLength(1)
    clock.jump(-20 * MINUTE)
    await passes(10 * MINUTE)
    expect(nodeOf(nodeId)?.expired).toBe(true)
  })

  it('believes a clock that has stayed where it jumped to for a quarter of an hour', async () => {
    const nodeId = await joinNetwork({ ephemeral: false, expiresAtEpochMs: clock.nowEpochMs() + 10 * MINUTE })
    clock.jump(20 * MINUTE)
    await passes(5000)
    // Another jump, and it waits from there.
    clock.jump(5 * MINUTE)
    await passes(15 * MINUTE)
    expect(nodeOf(nodeId)?.expired).toBe(false)
    expect(errors).toHaveLength(2)
    await passes(30_000)
    expect(nodeOf(nodeId)?.expired).toBe(true)
    expect(warnings).toHaveLength(1)
    await passes(4 * MINUTE)
    expect(errors).toHaveLength(2)
  })

  it('judges absence again some time after a sleep, from five minutes after it on', async () => {
    const nodeId = await joinNetwork({ ephemeral: true, expiresAtEpochMs: null })
    clock.jump(60 * MINUTE)
    await passes(1)
    const woke = clock.nowEpochMs()
    await passes(14 * MINUTE)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).toBeNull()
    await passes(MINUTE)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).toBe(woke + 5 * MINUTE)
  })

  it('believes a clock that was set back, and counts nothing from a time that is still to come', async () => {
    const nodeId = await joinNetwork({ ephemeral: true, expiresAtEpochMs: null })
    presence.connected(host, null, clock.nowEpochMs())
    await passes(30 * MINUTE)
    presence.disconnected(host, clock.nowEpochMs())
    clock.jump(-20 * MINUTE)
    await passes(15 * MINUTE)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).toBeNull()
    await passes(MINUTE)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).not.toBeNull()
  })

  it('gives agents time again after it stood still itself', async () => {
    const nodeId = await joinNetwork({ ephemeral: true, expiresAtEpochMs: null })
    await passes(7 * MINUTE)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).not.toBeNull()
    await skips(60 * MINUTE)
    expect(warnings).toHaveLength(1)
    await passes(4 * MINUTE)
    expect(nodeOf(nodeId)).toBeDefined()
    await passes(2 * MINUTE)
    expect(nodeOf(nodeId)).toBeUndefined()
    expect(errors).toEqual([])
  })

  it('knows hosts that are connected to another server of the same folder', async () => {
    const nodeId = await joinNetwork({ ephemeral: true, expiresAtEpochMs: null })
    const theirs = new Presence()
    theirs.connected(host, null, clock.nowEpochMs())
    const other = sweeperOf(theirs, new SharedPresence(folder))
    for (let i = 0; i < 20; i += 1) {
      clock.advance(MINUTE)
      await other.sweep()
      await sweeper.sweep()
    }
    expect(nodeOf(nodeId)?.awaySinceEpochMs).toBeNull()
    await other.close()
    await passes(2 * MINUTE)
    expect(nodeOf(nodeId)?.awaySinceEpochMs).not.toBeNull()
  })
})
