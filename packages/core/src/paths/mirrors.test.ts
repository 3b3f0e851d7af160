import { describe, expect, test } from 'vitest'
import { handMadeConfig, handMadePeer, hop, sampleNetwork } from '../../test/hand-made-config.js'
import { type HostConfig, pathKey } from '../host-config/host-config.js'
import type { PathMessage } from '../protocol/path-message.js'
import { type HostId, hostId, ipAddress, type UdpEndpoint, udpEndpoint } from '../values/index.js'
import { type MirrorNeeds, Mirrors } from './mirrors.js'

const [own, gate, open, hidden] = ['own', 'gate', 'open', 'hidden'].map(hostId) as [HostId, HostId, HostId, HostId]
const outside = udpEndpoint('203.0.113.9:51821')
const elsewhere = udpEndpoint('203.0.113.9:40001')

const config = ((): HostConfig => {
  const to = { kind: 'own-gateway' as const, nodeId: hop(own).nodeId, gateways: [hop(gate)] }
  const path = { key: pathKey('network', sampleNetwork), networkId: sampleNetwork, prefixes: [], to }
  const made = handMadeConfig({ viewer: own, peers: [hidden, open, gate], paths: [path] })
  const at = (id: HostId, text: string) =>
    [id, { ...handMadePeer(id), endpoints: [{ endpoint: udpEndpoint(text), origin: 'local' as const }] }] as const
  return {
    ...made,
    peers: new Map([at(hidden, '192.168.1.2:1'), at(open, '198.51.100.2:1'), at(gate, '198.51.100.1:1')]),
  }
})()

const behindNat: MirrorNeeds = { place: true, server: false, addresses: [ipAddress('192.168.1.10')] }
let probes = 0
const mirrorsOf = (needs = behindNat) => {
  const mirrors = new Mirrors(config, () => ++probes)
  mirrors.need(needs, 0)
  return mirrors
}
const echo = (id: number, seenAt: UdpEndpoint | null, isServerLost = false): PathMessage => ({
  type: 'echo',
  id,
  held: 0,
  vector: null,
  seenAt,
  isServerLost,
})
/** A round in which each of those who are asked says what it sees. */
const round = (mirrors: Mirrors, nowMs: number, answers: ReadonlyMap<HostId, PathMessage | UdpEndpoint>): void => {
  for (const { to, message } of mirrors.wake(nowMs)) {
    const answer = answers.get(to)
    if (answer === undefined || message.type !== 'probe') continue
    mirrors.receive(
      to,
      typeof answer === 'string' ? echo(message.id, answer) : ({ ...answer, id: message.id } as PathMessage),
      nowMs + 20,
    )
  }
  const isOpen = [...mirrors.asked].length > 0
  if (isOpen && mirrors.dueAtMs !== undefined) mirrors.wake(mirrors.dueAtMs)
}

describe('A7 where a host is seen', () => {
  test('two are asked that everybody can reach, gateways first', () => {
    const asked = mirrorsOf().wake(0)
    expect(asked.map(({ to }) => to)).toEqual([gate, open])
    expect(asked.every(({ message }) => message.type === 'probe' && message.asksWhere)).toBe(true)
  })

  test('it is where both see it, and they are asked again before a NAT forgets', () => {
    const mirrors = mirrorsOf()
    round(mirrors, 0, new Map([gate, open].map((id) => [id, outside])))
    expect(mirrors.seenAt).toEqual([outside])
    expect(mirrors.dueAtMs).toBe(20_020)
    round(mirrors, 20_020, new Map([gate, open].map((id) => [id, elsewhere])))
    expect(mirrors.seenAt).toEqual([elsewhere])
  })

  test('nowhere, where each sees it elsewhere twice: its NAT gives each destination another port', () => {
    const mirrors = mirrorsOf()
    const differing = new Map([
      [gate, outside],
      [open, elsewhere],
    ])
    round(mirrors, 0, new Map([gate, open].map((id) => [id, outside])))
    round(mirrors, 20_020, differing)
    expect(mirrors.outside).toEqual({ state: 'seen', endpoints: [outside] })
    expect(mirrors.dueAtMs).toBe(21_040)
    round(mirrors, 21_040, differing)
    expect(mirrors.outside).toEqual({ state: 'differs', endpoints: [] })
    for (let rounds = 0; rounds < 6; rounds += 1) round(mirrors, mirrors.dueAtMs ?? 0, differing)
    expect(mirrors.outside.state).toBe('differs')
    const lastMs = mirrors.dueAtMs ?? 0
    round(mirrors, lastMs, differing)
    expect(mirrors.dueAtMs).toBe(lastMs + 20_020)
  })

  test('soon, where one of the first two answers was lost: one alone can’t tell what kind of NAT it is', () => {
    const mirrors = mirrorsOf()
    const differing = new Map([
      [gate, outside],
      [open, elsewhere],
    ])
    round(mirrors, 0, new Map([[gate, outside]]))
    expect(mirrors.outside).toEqual({ state: 'seen', endpoints: [outside] })
    for (let rounds = 0; rounds < 2; rounds += 1) round(mirrors, mirrors.dueAtMs ?? 0, differing)
    expect(mirrors.outside).toEqual({ state: 'differs', endpoints: [] })
    expect(mirrors.dueAtMs).toBeLessThan(10_000)
  })

  test('nowhere for good, when one of them falls silent; elsewhere, once two agree', () => {
    const mirrors = mirrorsOf()
    const differing = new Map([
      [gate, outside],
      [open, elsewhere],
    ])
    for (let rounds = 0; rounds < 2; rounds += 1) round(mirrors, mirrors.dueAtMs ?? 0, differing)
    for (let rounds = 0; rounds < 3; rounds += 1) round(mirrors, mirrors.dueAtMs ?? 0, new Map([[gate, outside]]))
    expect(mirrors.outside).toEqual({ state: 'differs', endpoints: [] })
    const agreeing = new Map([gate, open, hidden].map((id) => [id, outside]))
    round(mirrors, mirrors.dueAtMs ?? 0, agreeing)
    expect(mirrors.outside).toEqual({ state: 'seen', endpoints: [outside] })
  })

  test('where it moved to, when one knew of it before the other', () => {
    const mirrors = mirrorsOf()
    round(mirrors, 0, new Map([gate, open].map((id) => [id, outside])))
    mirrors.portChanged(1000)
    round(
      mirrors,
      1000,
      new Map([
        [gate, outside],
        [open, elsewhere],
      ]),
    )
    round(mirrors, mirrors.dueAtMs ?? 0, new Map([gate, open].map((id) => [id, elsewhere])))
    expect(mirrors.seenAt).toEqual([elsewhere])
  })

  test('a housemate, who sees it at an own address, says nothing of the outside and is asked after the others', () => {
    const mirrors = mirrorsOf()
    round(mirrors, 0, new Map([gate, open].map((id) => [id, outside])))
    const housemate = new Map([
      [gate, outside],
      [open, udpEndpoint('192.168.1.10:51821')],
    ])
    for (let rounds = 0; rounds < 2; rounds += 1) round(mirrors, mirrors.dueAtMs ?? 0, housemate)
    expect(mirrors.outside).toEqual({ state: 'seen', endpoints: [outside] })
    expect(mirrors.wake(mirrors.dueAtMs ?? 0).map(({ to }) => to)).toEqual([gate, hidden])
  })

  test('a carrier’s other customer sees it at a private address: it stays where the public ones saw it', () => {
    const mirrors = mirrorsOf()
    round(mirrors, 0, new Map([gate, open].map((id) => [id, outside])))
    round(mirrors, 20_020, new Map([[open, udpEndpoint('100.64.1.10:51821')]]))
    expect(mirrors.seenAt).toEqual([udpEndpoint('100.64.1.10:51821'), outside])
  })

  test('one answer is enough to be found; without any it stays where it was, and is asked for again soon, less and less often', () => {
    const mirrors = mirrorsOf()
    round(mirrors, 0, new Map([[gate, outside]]))
    expect(mirrors.seenAt).toEqual([outside])
    const pauses: number[] = []
    for (let nowMs = mirrors.dueAtMs ?? 0; pauses.length < 7; ) {
      mirrors.wake(nowMs)
      nowMs += 3000
      mirrors.wake(nowMs)
      pauses.push((mirrors.dueAtMs ?? 0) - nowMs)
      nowMs = mirrors.dueAtMs ?? 0
    }
    expect(pauses).toEqual([2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000])
    expect(mirrors.seenAt).toEqual([outside])
  })

  test('who does not answer twice is asked after the others, and all anew in another network', () => {
    const mirrors = mirrorsOf()
    const asked = (nowMs = mirrors.dueAtMs ?? 0) => mirrors.wake(nowMs).map(({ to }) => to)
    round(mirrors, 0, new Map([[gate, outside]]))
    expect(asked()).toEqual([gate, open])
    mirrors.wake(mirrors.dueAtMs ?? 0)
    expect(asked()).toEqual([gate, hidden])
    round(mirrors, mirrors.dueAtMs ?? 0, new Map())
    mirrors.networkChanged(100_000)
    expect(asked(100_000)).toEqual([gate, open])
  })

  test('only answers that are waited for count, from who was asked, once', () => {
    const mirrors = mirrorsOf()
    const [first] = mirrors.wake(0)
    const id = first?.message.type === 'probe' ? first.message.id : 0
    expect(mirrors.receive(open, echo(id, elsewhere), 10)).toBe(false)
    expect(mirrors.receive(hidden, echo(id, elsewhere), 10)).toBe(false)
    expect(mirrors.receive(gate, echo(id + 77, elsewhere), 10)).toBe(false)
    mirrors.wake(3000)
    expect(mirrors.receive(gate, echo(id, elsewhere), 3010)).toBe(false)
    expect(mirrors.seenAt).toEqual([])
    expect(mirrors.isServerLost(3010)).toBe(false)
  })

  test('nobody is asked by a host with a public address; a new network forgets the old place', () => {
    const mirrors = mirrorsOf({ place: false, server: false, addresses: [] })
    expect([mirrors.dueAtMs, mirrors.wake(0)]).toEqual([undefined, []])
    mirrors.need(behindNat, 0)
    round(mirrors, 0, new Map([gate, open].map((id) => [id, outside])))
    mirrors.networkChanged(500)
    expect(mirrors.seenAt).toEqual([])
    expect(mirrors.dueAtMs).toBe(500)
  })
})

describe('A10 whether others lost the server, too', () => {
  const lost = (isServerLost: boolean) => echo(0, null, isServerLost)

  test('when all say so who answer, for some seconds', () => {
    const mirrors = mirrorsOf({ place: false, server: true, addresses: [] })
    round(
      mirrors,
      0,
      new Map([
        [gate, lost(true)],
        [open, lost(true)],
      ]),
    )
    expect([20, 6000, 6100].map((nowMs) => mirrors.isServerLost(nowMs))).toEqual([true, true, false])
    expect(mirrors.dueAtMs).toBe(2020)
  })

  test('not when one of them hears of it: the server is there, and this host is what is wrong', () => {
    const mirrors = mirrorsOf({ place: false, server: true, addresses: [] })
    round(
      mirrors,
      0,
      new Map([
        [gate, lost(true)],
        [open, lost(false)],
      ]),
    )
    expect(mirrors.isServerLost(20)).toBe(false)
  })
})
