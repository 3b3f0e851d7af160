import { asOfState, type IpAddress, ipPrefix, type MeshCommand, nodeId, type WireguardPublicKey } from '@meshfold/core'
import { sampleAddEgress, sampleJoinNetwork } from '@meshfold/core/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { sampleAbleHost, sampleAssignRelay, sampleCreateGateway } from '../../../core/src/testing/sample-gateways.js'
import { nodeCrypto } from '../../../transport-ws/src/node-crypto.js'
import { ControlNet } from '../../test/support/control-net.js'
import { type SampleHost, SampleWorld, sampleKeys } from '../../test/support/sample-world.js'
import { keepInMemory } from '../state/kept-file.js'
import type { PathStore } from '../state/path-store.js'

/** Hosts 1 and 2 are gateways, 4 is relayed by them, 3 is reached directly. */
const numbers = [1, 2, 3, 4] as const
let world: SampleWorld
let net: ControlNet
let hosts: SampleHost[]
let stores: PathStore[]

const admission = (number: number, { keys }: Pick<SampleHost, 'keys'>): readonly MeshCommand[] => [
  sampleAbleHost(number, { wireguardKey: keys.wireguardKey, identityKey: keys.identityKey }),
  sampleJoinNetwork(1, number),
]
const agentOf = (number: number, keys = sampleKeys(), earlier: Partial<Pick<SampleHost, 'host' | 'store'>> = {}) => {
  const paths = { crypto: nodeCrypto, openControlPort: net.open, store: stores[number - 1] as PathStore }
  return world.agentOf(number, keys, { ...earlier, paths })
}
const host = (number: number): SampleHost => hosts[number - 1] as SampleHost
const controlOf = (number: number): IpAddress => {
  const address = host(number).host.state.interface?.addresses.find((each) => each.startsWith('198.19.'))
  if (address === undefined) throw new Error(`host ${number} has no control address`)
  return address
}
/** Which host has the mesh's addresses there: where packets to others go. */
const carrierAt = (number: number): number | undefined => {
  const { peers } = host(number).host.state
  const carries = (key: WireguardPublicKey) => peers.get(key)?.allowedIps.some((each) => /^10\..*\/\d\d?$/.test(each))
  return numbers.find((other) => carries(host(other).keys.wireguardKey))
}
const holds = (number: number, other: number, prefix: string): boolean =>
  host(number)
    .host.state.peers.get(host(other).keys.wireguardKey)
    ?.allowedIps.includes(prefix as never) ?? false
const addressOf = (number: number): string =>
  host(number).host.state.interface?.addresses.find((each) => each.startsWith('10.')) ?? ''

const ownVector = async () => {
  const kept = await stores[3]?.load()
  return kept?._tag === 'Right' ? kept.right?.own.newest : undefined
}

beforeEach(async () => {
  world = new SampleWorld()
  net = new ControlNet(world.timers)
  stores = numbers.map(() => keepInMemory())
  hosts = numbers.map((number) => agentOf(number))
  for (const number of numbers) world.server.submit(...admission(number, host(number)))
  world.server.submit(...[1, 2].map((number) => sampleCreateGateway(number)), sampleAssignRelay(4, 1, 2))
  for (const { agent } of hosts) await agent.start()
  await world.pass(6000)
})

describe('F3 an agent keeps its paths', () => {
  test('its gateway dies: with the server away it moves to the standby, and third hosts follow', async () => {
    expect(carrierAt(4)).toBe(1)
    expect(holds(3, 1, `${addressOf(4)}/32`)).toBe(true)
    await world.server.stop()
    net.die(controlOf(1))
    await world.pass(4000)
    expect(carrierAt(4)).toBe(2)
    expect(holds(3, 2, `${addressOf(4)}/32`)).toBe(true)
    expect(host(4).logged.map(({ message }) => message)).toContain('paths moved')
    net.revive(controlOf(1))
    await world.pass(20_000)
    expect(carrierAt(4)).toBe(2)
  })

  test('put on its standby by command it moves when that one is ready for it, as third hosts do', async () => {
    const own = `${addressOf(4)}/32`
    world.server.submit(sampleAssignRelay(4, 2, 1))
    const moves = [() => holds(2, 4, own), () => carrierAt(4) === 2, () => holds(3, 2, own)]
    const movedAtMs = moves.map((): number | undefined => undefined)
    for (let ms = 0; ms < 200; ms += 1) {
      await world.pass(1)
      for (const [at, hasMoved] of moves.entries()) if (hasMoved()) movedAtMs[at] ??= ms
    }
    const [gateway = Number.NaN, node = Number.NaN, third = Number.NaN] = movedAtMs
    expect(node).toBeGreaterThanOrEqual(gateway)
    expect(third).toBeGreaterThanOrEqual(gateway)
    expect(Math.max(node, third) - gateway).toBeLessThan(10)
    expect(gateway).toBeLessThan(20)
  })

  test("a gateway's agent that is away moves nothing", async () => {
    await host(1).agent.stop()
    await world.pass(20_000)
    expect(carrierAt(4)).toBe(1)
  })

  test('a restart stays where it was, and its vector goes on counting', async () => {
    net.die(controlOf(1))
    await world.pass(4000)
    const before = await ownVector()
    await host(4).agent.stop()
    hosts[3] = agentOf(4, host(4).keys, { host: host(4).host, store: host(4).store })
    net.die(controlOf(4))
    await host(4).agent.start()
    await world.pass(1000)
    expect(carrierAt(4)).toBe(2)
    // Nothing proves yet that the other one is down, so it is told as well: as the second.
    const after = await ownVector()
    expect([before?.gatewayIds, after?.gatewayIds]).toEqual([['node-1-2'], ['node-1-2', 'node-1-1']])
    expect(after?.sequence).toBeGreaterThan(before?.sequence ?? 0)
  })

  test('a vector that another host signed is not followed', async () => {
    const own = host(3)
    const told = net.sent.findLast(({ to, text }) => to === controlOf(3) && text.includes('"vectors"'))
    expect(told).toBeDefined()
    const { vectors } = JSON.parse(told?.text ?? '{}') as { vectors: { sequence: number }[] }
    const forged = vectors.map((vector) => ({ ...vector, sequence: vector.sequence + 9, gatewayIds: ['node-1-2'] }))
    net.sent.length = 0
    net.inject(controlOf(2), controlOf(3), JSON.stringify({ type: 'vectors', vectors: forged }))
    await world.pass(200)
    expect(holds(3, 1, `${addressOf(4)}/32`)).toBe(true)
    expect(own.logged.map(({ message }) => message)).not.toContain('paths moved')
    expect(net.sent.map(({ text }) => text).filter((text) => text.startsWith('{"type":"held"'))).toHaveLength(1)
  })
})

test('F5 status says by whom paths go, and what was measured', async () => {
  net.die(controlOf(1))
  await world.pass(4000)
  const { paths } = await host(4).agent.status()
  expect(paths?.measured.map(({ state }) => state)).toEqual(['down', 'up'])
  expect(paths?.hops).toMatchObject([
    { name: 'office-1.mesh.internal', kind: 'own-gateway', via: paths?.measured[1]?.name },
  ])
  const ranges = ['1', '2', '3', '4'].map((net) => ipPrefix(`192.168.${net}.0/24`))
  world.server.submit(
    sampleAddEgress(1, { ranges, routers: [{ nodeId: nodeId('node-1-3'), metric: 256, interfaceName: null }] }),
  )
  await world.pass(1500)
  const leaving = (await host(2).agent.status()).paths?.hops.find(({ kind }) => kind === 'leaving')
  expect(leaving?.name).toBe('192.168.1.0/24, 192.168.2.0/24, 192.168.3.0/24 and 1 more of office-1')
  await host(2).agent.stop()
  await world.pass(1500)
  const later = await host(4).agent.status()
  expect(later.paths?.measured[1]?.state).toBe('no-agent')
})

describe('F2 all that an agent measures dies at once', () => {
  const statesOf = async () => {
    const { paths } = await host(4).agent.status()
    return { states: paths?.measured.map(({ state }) => state), mayBeOffline: paths?.mayBeOffline }
  }
  const dieBoth = () => {
    for (const gateway of [1, 2]) net.die(controlOf(gateway))
  }

  test('while its server is heard it knows that they are gone', async () => {
    dieBoth()
    const asOf = asOfState(world.server.state)
    for (let second = 0; second < 6; second += 1) {
      await world.pass(1000)
      if (second % 2 === 0) world.server.sayTo(host(4).hostId, JSON.stringify({ type: 'heartbeat', asOf }))
    }
    expect(await statesOf()).toEqual({ states: ['down', 'down'], mayBeOffline: false })
  })

  test('when nothing is heard it stays, and says that it may be offline itself', async () => {
    dieBoth()
    await world.server.stop()
    await world.pass(20_000)
    expect(await statesOf()).toEqual({ states: ['up', 'up'], mayBeOffline: true })
    expect(carrierAt(4)).toBe(1)
  })
})

describe('what an agent tells of its paths', () => {
  const saidBy = (number: number) =>
    world.server.saidBy(host(number).hostId, 'observations').flatMap(({ observations }) => observations)
  const kinds = (number: number) => saidBy(number).map(({ type }) => type)

  test('F3 a relayed node tells its vector when it moved, with the figures that it moved on', async () => {
    net.die(controlOf(1))
    await world.pass(4000)
    const told = saidBy(4).findLast(({ type }) => type === 'vector-told')
    expect(told).toMatchObject({ gatewayIds: ['node-1-2'] })
    expect(told?.type === 'vector-told' ? told.figures : []).toMatchObject([
      { gatewayId: 'node-1-1', roundTripMs: null, missedProbes: 3 },
      { gatewayId: 'node-1-2', lossPercent: 0, missedProbes: 0 },
    ])
  })

  test('F1 figures come every ten seconds, and only from who measures', async () => {
    const before = kinds(4).filter((kind) => kind === 'gateways-measured').length
    await world.pass(30_000)
    expect(kinds(4).filter((kind) => kind === 'gateways-measured').length - before).toBe(3)
    expect(kinds(3)).toEqual([])
  })

  test('a server that comes back is told all of it anew', async () => {
    await world.server.stop()
    world.server.heard.length = 0
    world.server.start()
    await world.pass(3000)
    expect(kinds(4)).toEqual(['vector-told', 'gateways-measured'])
  })

  test('C3 relays that the server asks for are measured', async () => {
    const [one, other] = ['node-1-3', 'node-1-4']
    const wanted = { type: 'probe-relays', nodeId: one, otherNodeId: other, gatewayIds: ['node-1-1'], forMs: 2000 }
    world.server.sayTo(host(3).hostId, JSON.stringify(wanted))
    await world.pass(3000)
    const [found] = saidBy(3)
    expect(found).toMatchObject({ type: 'relays-probed', nodeId: one, otherNodeId: other })
    expect(found?.type === 'relays-probed' ? found.probed[0]?.roundTripMs : null).not.toBeNull()
  })
})

test('a control port that can not be opened yet is tried again', async () => {
  const address = controlOf(3)
  await host(3).agent.stop()
  expect(net.isOpen(address)).toBe(false)
  net.failing.set(address, 2)
  hosts[2] = agentOf(3, host(3).keys, { host: host(3).host, store: host(3).store })
  await host(3).agent.start()
  await world.pass(3000)
  expect(net.isOpen(address)).toBe(true)
  expect(host(3).logged.filter(({ level }) => level === 'warn')).toHaveLength(1)
})
