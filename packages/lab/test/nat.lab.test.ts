import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type HandTunnel, makeWireGuardKeys, peerOf, raiseTunnel } from '../src/net/hand-mesh.js'
import type { Host } from '../src/net/host.js'
import { Lab } from '../src/net/lab.js'
import type { NatBox } from '../src/net/nat-box.js'
import type { NatKind } from '../src/net/nat-rules.js'
import { ping } from '../src/net/ping.js'
import { waitUntil } from '../src/wait-until.js'

const tunnel = (host: Host, number: number): HandTunnel => ({
  host,
  keys: makeWireGuardKeys(),
  ipv4: `10.66.0.${number}`,
  ipv6: `fd66::${number}`,
})

/** A and B behind a box each, and a hub that both speak to: it sees where they really are. */
async function twoBehindBoxes(lab: Lab, kindA: NatKind, kindB: NatKind, behind: { a?: NatBox; b?: NatBox } = {}) {
  const [hub] = await lab.publicHosts(['hub'])
  const [a, b] = await lab.hosts(['a', 'b'])
  const boxA = await lab.natBox('box-a', { kind: kindA, network: '192.168.1', ...(behind.a && { behind: behind.a }) })
  const boxB = await lab.natBox('box-b', { kind: kindB, network: '192.168.2', ...(behind.b && { behind: behind.b }) })
  await boxA.attach([a])
  await boxB.attach([b])
  const [th, ta, tb] = [tunnel(hub, 1), tunnel(a, 2), tunnel(b, 3)]
  const toHub = { ...peerOf(th, lab.inet.uplink(hub).address.ipv4), keepaliveSeconds: 1 }
  await raiseTunnel(th, [peerOf(ta, undefined), peerOf(tb, undefined)])
  await Promise.all([raiseTunnel(ta, [toHub]), raiseTunnel(tb, [toHub])])
  await waitUntil('the hub hears A', () => ping(hub, ta.ipv4, 1))
  await waitUntil('the hub hears B', () => ping(hub, tb.ipv4, 1))
  return { hub, ta, tb, boxA, boxB }
}

/** Gives each the other's endpoint as the hub sees it, B first; whether they meet within the limit. */
async function punch({ hub, ta, tb }: { hub: Host; ta: HandTunnel; tb: HandTunnel }, limitSeconds: number) {
  const endpoints = (await hub.sh('wg show wg0 endpoints')).split('\n').map((line) => line.split('\t'))
  const endpointOf = ({ keys }: HandTunnel) => endpoints.find(([key]) => key === keys.publicKey)?.[1] ?? ''
  const add = (at: HandTunnel, other: HandTunnel) =>
    at.host.sh(
      `wg set wg0 peer ${other.keys.publicKey} allowed-ips ${other.ipv4}/32 endpoint ${endpointOf(other)} persistent-keepalive 1`,
    )
  await add(tb, ta)
  await add(ta, tb)
  const until = performance.now() + limitSeconds * 1_000
  let met = await ping(ta.host, tb.ipv4, 1)
  while (met === undefined && performance.now() < until) met = await ping(ta.host, tb.ipv4, 1)
  return met !== undefined
}

describe('NAT boxes behave as the real ones do', () => {
  test('plain and plain: a hole can be punched', async () => {
    await using lab = await Lab.open()
    expect(await punch(await twoBehindBoxes(lab, 'plain', 'plain'), 8)).toBe(true)
  })

  test('symmetric and symmetric: none', async () => {
    await using lab = await Lab.open()
    expect(await punch(await twoBehindBoxes(lab, 'symmetric', 'symmetric'), 6)).toBe(false)
  })

  test('an open box maps to another port when it was spoken to first', async () => {
    await using lab = await Lab.open()
    expect(await punch(await twoBehindBoxes(lab, 'open', 'open'), 6)).toBe(false)
  })

  test('a forwarded port leads to a host inside', async () => {
    await using lab = await Lab.open()
    const { hub, tb, boxB } = await twoBehindBoxes(lab, 'plain', 'symmetric')
    await boxB.forwardPort(4_000, tb.host, 51_820)
    await hub.sh(`wg set wg0 peer ${tb.keys.publicKey} endpoint ${boxB.outsideIpv4}:4000`)
    await waitUntil('B is reached through the forwarded port', () => ping(hub, tb.ipv4, 1))
  })

  test('a home behind a provider’s NAT punches to a home behind another', async () => {
    await using lab = await Lab.open()
    const cgnatA = await lab.natBox('cgnat-a', { kind: 'plain', network: '100.64.1' })
    const cgnatB = await lab.natBox('cgnat-b', { kind: 'plain', network: '100.64.2' })
    const world = await twoBehindBoxes(lab, 'plain', 'plain', { a: cgnatA, b: cgnatB })
    expect(world.boxA.outsideIpv4).toMatch(/^100\.64\.1\./)
    expect(await punch(world, 8)).toBe(true)
  })

  test('a mapping dies of silence, and at once when the box forgets', async () => {
    await using lab = await Lab.open()
    const { hub, ta, boxA } = await twoBehindBoxes(lab, 'plain', 'plain')
    await boxA.setUdpTimeout(1)
    await ta.host.sh('for key in $(wg show wg0 peers); do wg set wg0 peer $key persistent-keepalive 0; done')
    // A mapping that exists keeps its old time limit until the next packet.
    expect(await ping(ta.host, '10.66.0.1', 1)).toBeDefined()
    await pause(2_500)
    expect(await ping(hub, ta.ipv4, 1)).toBeUndefined()
    await waitUntil('A speaks first', () => ping(ta.host, '10.66.0.1', 1))
    await boxA.forgetMappings()
    expect(await ping(hub, ta.ipv4, 1)).toBeUndefined()
  })
})
