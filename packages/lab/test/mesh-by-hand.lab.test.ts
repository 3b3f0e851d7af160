import { expect, test } from 'vitest'
import { raiseFullMesh } from '../src/net/hand-mesh.js'
import { Lab } from '../src/net/lab.js'
import { ping, pingMatrix } from '../src/net/ping.js'
import { waitUntil } from '../src/wait-until.js'

const five = ['h1', 'h2', 'h3', 'h4', 'h5'] as const

test('five hosts, twenty pings, over IPv4', async () => {
  await using lab = await Lab.open()
  const hosts = await lab.publicHosts(five)
  const tunnels = await raiseFullMesh(hosts, (host) => lab.inet.uplink(host).address.ipv4)
  const v4 = await pingMatrix(tunnels.map(({ host, ipv4 }) => ({ host, address: ipv4 })))
  expect(v4).toMatchObject({ pairs: 20, reachable: 20 })
  const v6 = await pingMatrix(tunnels.map(({ host, ipv6 }) => ({ host, address: ipv6 })))
  expect(v6).toMatchObject({ pairs: 20, reachable: 20 })
})

test('the same over an IPv6 underlay', async () => {
  await using lab = await Lab.open()
  const hosts = await lab.publicHosts(['h1', 'h2', 'h3'])
  const tunnels = await raiseFullMesh(hosts, (host) => lab.inet.uplink(host).address.ipv6)
  const matrix = await pingMatrix(tunnels.map(({ host, ipv4 }) => ({ host, address: ipv4 })))
  expect(matrix).toMatchObject({ pairs: 6, reachable: 6 })
  expect(await lab.inet.packets(hosts[0], hosts[1], 'ipv6')).toBeGreaterThan(0)
  expect(await lab.inet.packets(hosts[0], hosts[1], 'ipv4')).toBe(0)
})

test('a partition stops two hosts, not the third; healing ends it', async () => {
  await using lab = await Lab.open()
  const [a, b, c] = await lab.publicHosts(['a', 'b', 'c'])
  const address = (host: typeof a) => lab.inet.uplink(host).address
  await lab.inet.partition(a, b)
  expect(await ping(a, address(b).ipv4, 1)).toBeUndefined()
  expect(await ping(b, address(a).ipv6, 1)).toBeUndefined()
  expect(await ping(a, address(c).ipv4)).toBeDefined()
  expect(await lab.inet.packets(a, b)).toBe(1)
  await lab.inet.heal(a, b)
  expect(await ping(a, address(b).ipv4)).toBeDefined()
  await lab.inet.isolate(c)
  expect(await ping(a, address(c).ipv6, 1)).toBeUndefined()
  await lab.inet.restore(c)
  expect(await ping(a, address(c).ipv6)).toBeDefined()
})

test('a share of the packets is lost', async () => {
  await using lab = await Lab.open()
  const [a, b] = await lab.publicHosts(['a', 'b'])
  await lab.inet.lose(50)
  const { stdout } = await a.trySh(`ping -n -q -i 0.005 -c 200 -W 1 ${lab.inet.uplink(b).address.ipv4}`)
  const received = Number(/(\d+) received/.exec(stdout)?.[1])
  expect(received).toBeGreaterThan(20)
  expect(received).toBeLessThan(90)
})

test('a host moves to another address and is heard there', async () => {
  await using lab = await Lab.open()
  const [a, b] = await lab.publicHosts(['a', 'b'])
  const before = lab.inet.uplink(b).address
  const after = await lab.inet.readdress(b)
  await waitUntil('the new address answers', () => ping(a, after.ipv4))
  await waitUntil('the new IPv6 address answers', () => ping(a, after.ipv6))
  expect(await ping(a, before.ipv4, 1)).toBeUndefined()
})
