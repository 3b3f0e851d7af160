import { expect, test } from 'vitest'
import type { Host } from '../src/net/host.js'
import { Lab } from '../src/net/lab.js'
import { ping } from '../src/net/ping.js'
import { readPingOutput } from '../src/net/ping-output.js'

/** The quickest of seven pings: a busy machine makes some of them late, but none early. */
async function bestRoundTripMs(from: Host, address: string): Promise<number> {
  const { stdout } = await from.trySh(`ping -n -i 0.02 -c 7 -W 2 ${address}`)
  return Math.min(...readPingOutput(stdout).roundTripsMs)
}

test('hosts on a LAN hear each other in both families, and nobody else', async () => {
  await using lab = await Lab.open()
  const office = await lab.lan('office', { network: '10.20.0', network6: 'fd20:0:0:1' })
  const [pc, printer] = await lab.hosts(['pc', 'printer'])
  const [outside] = await lab.publicHosts(['outside'])
  await office.attach([pc, printer])
  expect(await ping(pc, office.port(printer).ipv4)).toBeDefined()
  expect(await ping(pc, office.port(printer).ipv6 ?? '')).toBeDefined()
  expect(await ping(outside, office.port(pc).ipv4, 1)).toBeUndefined()
})

test('a public host may stand on a LAN too', async () => {
  await using lab = await Lab.open()
  const office = await lab.lan('office', { network: '10.20.0' })
  const [gateway, far] = await lab.publicHosts(['gateway', 'far'])
  const [pc] = await lab.hosts(['pc'])
  await office.attach([gateway], 'eth1')
  await office.attach([pc])
  expect(await ping(gateway, office.port(pc).ipv4)).toBeDefined()
  expect(await ping(gateway, lab.inet.uplink(far).address.ipv4)).toBeDefined()
})

test('a wire delays both ways, and changes while it is in use', async () => {
  await using lab = await Lab.open()
  const [near] = await lab.publicHosts(['near'])
  const [far] = await lab.publicHosts(['far'], { delayMs: 20 })
  const { address, wire } = lab.inet.uplink(far)
  const slow = await bestRoundTripMs(near, address.ipv4)
  expect(slow).toBeGreaterThan(38)
  expect(slow).toBeLessThan(60)
  wire?.set({ delayMs: 0 })
  expect(await bestRoundTripMs(near, address.ipv6)).toBeLessThan(15)
  wire?.set({ lossPercent: 100 })
  expect(await ping(near, address.ipv4, 1)).toBeUndefined()
  wire?.set({ lossPercent: 0 })
  expect(await ping(near, address.ipv4)).toBeDefined()
})
