import { describeDrift, ipPrefix } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { answerOn, knock, Lab, makeKeys, PingStream, ping, waitUntil } from '../../lab/src/index.js'
import { hostSnapshot, openDriver } from './support/lab-driver.js'
import { converge, meshHost, twoHosts } from './support/two-hosts.js'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

describe('a tunnel between two hosts', () => {
  test('carries packets of both families, and a second reconciliation does nothing', async () => {
    const [alpha, beta] = await twoHosts(lab)
    expect(await ping(alpha.host, '10.66.0.2')).toBeDefined()
    expect(await ping(alpha.host, 'fd66::2')).toBeDefined()
    for (const { driver, desired } of [alpha, beta]) expect((await converge(driver, desired)).executed).toEqual([])
  })

  test('is filtered on a host without files for the names of protocols and services', async () => {
    const [alpha] = await twoHosts(lab)
    await alpha.host.sh('rm -f /etc/protocols /etc/services')
    const members = ['10.66.0.1/32', '10.66.0.2/32', 'fd66::1/128', 'fd66::2/128'].map(ipPrefix)
    const input = (['icmp', 'tcp'] as const).map((protocol) => ({
      policyId: null,
      to: 'm',
      from: ['m'],
      within: null,
      traffic: [protocol === 'icmp' ? { protocol } : { protocol, ports: [] }],
    }))
    const filter = { mesh: 'm', ranges: 'm', own: [], control: [], input, forward: [] }
    const firewall = { rules: { filter, nat: [] }, sets: new Map([['m', members]]) }
    await converge(alpha.driver, { ...alpha.desired, firewall })
    for (const address of ['10.66.0.2', 'fd66::2']) expect(await ping(alpha.host, address)).toBeDefined()
    expect((await converge(alpha.driver, { ...alpha.desired, firewall })).executed).toEqual([])
  })

  test('is filtered by more rules than fit into one message, in a user namespace', async () => {
    const [alpha, beta] = await twoHosts(lab)
    const members = ['10.66.0.1/32', '10.66.0.2/32', 'fd66::1/128', 'fd66::2/128'].map(ipPrefix)
    const firewallOf = (ports: readonly number[]) => {
      const input = ports.map((port) => ({
        policyId: null,
        to: 'm',
        from: ['m'],
        within: null,
        traffic: [{ protocol: 'tcp' as const, ports: [{ first: port, last: port }] }],
      }))
      const filter = { mesh: 'm', ranges: 'm', own: [], control: [], input, forward: [] }
      return { ...alpha.desired, firewall: { rules: { filter, nat: [] }, sets: new Map([['m', members]]) } }
    }
    const ports = Array.from({ length: 400 }, (_, at) => 2_000 + at)
    const ends = ['10.66.0.1', 'fd66::1'].flatMap((to) => [2_000, 2_399].map((port) => ({ to, port })))
    await answerOn(alpha.host, { ports: [2_000, 2_399] })
    expect(await ping(alpha.host, '10.66.0.2')).toBeDefined()
    for (const allowed of [ports, ports.slice(0, -1), ports]) {
      await converge(alpha.driver, firewallOf(allowed))
      expect((await converge(alpha.driver, firewallOf(allowed))).executed).toEqual([])
      const answered = await knock(
        beta.host,
        ends.map((end) => ({ ...end, from: null, protocol: 'tcp' })),
      )
      expect(answered).toEqual(ends.map(({ port }) => allowed.includes(port)))
    }
  })

  test('shows handshakes, counters and the endpoint that a peer came from', async () => {
    const [alpha, beta] = await twoHosts(lab)
    const startedAt = Date.now()
    await ping(alpha.host, '10.66.0.2')
    const { observed } = await converge(beta.driver, beta.desired)
    const peer = observed.peers.get(alpha.keys.publicKey)
    expect(peer?.endpoint).toBe(`${lab.inet.uplink(alpha.host).address.ipv4}:51821`)
    expect(peer?.receivedBytes).toBeGreaterThan(100)
    expect(peer?.sentBytes).toBeGreaterThan(100)
    expect(peer?.latestHandshakeAtEpochMs).toBeGreaterThan(startedAt - 2_000)
    expect(peer?.latestHandshakeAtEpochMs).toBeLessThanOrEqual(Date.now())
  })

  test('keeps a roamed endpoint while it is live', async () => {
    const [alpha, beta] = await twoHosts(lab)
    await ping(alpha.host, '10.66.0.2')
    const moved = meshHost({ keys: beta.keys, number: 2 }, { keys: alpha.keys, number: 1, endpoint: '192.0.2.99' })
    expect((await converge(beta.driver, moved)).executed).toEqual([])
    expect(await ping(beta.host, '10.66.0.1')).toBeDefined()
  })

  test('loses nothing while peers, routes and port change around it', async () => {
    const [alpha] = await twoHosts(lab)
    await ping(alpha.host, '10.66.0.2')
    const stream = new PingStream(alpha.host, '10.66.0.2', 20)
    await waitUntil('pings flow', () => stream.soFar.received > 5)
    const wider = alpha.desired.routes.map((route) => ({ ...route, metric: 40 }))
    await converge(alpha.driver, { ...alpha.desired, routes: wider, listenPort: 51830, mtuBytes: 1380 })
    await converge(alpha.driver, alpha.desired)
    const { sent, received } = await stream.stop()
    expect(sent - received).toBeLessThanOrEqual(1)
  })

  test('goes on within a second from another own address after refresh-underlay', async () => {
    const [alpha] = await twoHosts(lab)
    await ping(alpha.host, '10.66.0.2')
    await lab.inet.readdress(alpha.host)
    expect(E.isRight(await alpha.driver.execute({ kind: 'refresh-underlay' }))).toBe(true)
    await waitUntil('a ping is answered', () => ping(alpha.host, '10.66.0.2', 1), { limitMs: 3_000 })
    const { observed } = await converge(alpha.driver, alpha.desired)
    const { ipv4 } = lab.inet.uplink(alpha.host).address
    expect(observed.underlayAddresses.map(({ address }) => address)).toContain(ipv4)
  })
})

/** Kernels before 6.2 rename only what is down. */
const underAnotherName = 'ip link set mesh0 down && ip link set mesh0 name other0 && ip link set other0 up'

describe('drift is found and put right', () => {
  test.each([
    [
      'the link goes down',
      'ip link set mesh0 down',
      ['interface-differs', 'address-missing', 'route-missing', 'route-missing'],
    ],
    ['the interface is removed', 'ip link del mesh0', undefined],
    ['the interface gets another name', underAnotherName, ['interface-missing']],
    ['another MTU', 'ip link set mesh0 mtu 1300', ['interface-differs']],
    ['an MTU that IPv6 can not live with', 'ip link set mesh0 mtu 1000', undefined],
    ['an address is gone', 'ip addr del 10.66.0.1/32 dev mesh0', ['address-missing', 'route-missing']],
    ['a foreign address', 'ip addr add 10.77.0.1/32 dev mesh0', ['address-unexpected']],
    ['an own address once more with a wide prefix', 'ip addr add 10.66.0.1/20 dev mesh0', ['route-unexpected']],
    ['a route is gone', 'ip route del 10.66.0.0/24 dev mesh0', ['route-missing']],
    ['a foreign route', 'ip route add 10.88.0.0/16 dev mesh0', ['route-unexpected']],
    ['a foreign IPv6 route', 'ip -6 route add fd88::/64 dev mesh0 metric 7', ['route-unexpected']],
    ['a default route', 'ip route add default dev mesh0 metric 4000', ['route-unexpected']],
    ['the port', 'wg set mesh0 listen-port 40000', ['interface-differs']],
    ['another key', 'wg genkey > /run/key; wg set mesh0 private-key /run/key; rm /run/key', ['interface-differs']],
    [
      'a foreign peer',
      'wg set mesh0 peer $(wg genkey | wg pubkey) allowed-ips 10.66.0.2/32',
      ['peer-differs', 'peer-unexpected'],
    ],
    ['no peer', 'wg set mesh0 peer $(wg show mesh0 peers) remove', ['peer-missing']],
    ['other allowed IPs', 'wg set mesh0 peer $(wg show mesh0 peers) allowed-ips 10.1.0.0/16', ['peer-differs']],
    ['a keepalive', 'wg set mesh0 peer $(wg show mesh0 peers) persistent-keepalive 9', ['peer-differs']],
    [
      'wireguard-go is killed',
      'pkill -KILL -x wireguard-go; sleep 0.2; ls /run/wireguard/mesh0.sock',
      ['interface-missing'],
    ],
  ])('%s', async (_name, disturbance, kinds) => {
    const [alpha] = await twoHosts(lab)
    await alpha.host.sh(disturbance)
    const found = await alpha.driver.observe()
    if (E.isLeft(found)) throw new Error(JSON.stringify(found.left))
    const drift = describeDrift(found.right, alpha.desired).map(({ kind }) => kind)
    if (kinds !== undefined) expect(drift.slice(0, kinds.length)).toEqual(kinds)
    expect(drift).not.toEqual([])
    await converge(alpha.driver, alpha.desired)
    expect(await ping(alpha.host, '10.66.0.2', 6)).toBeDefined()
  })
})

describe('teardown', () => {
  test('gives a host back as it was, in the middle of traffic', async () => {
    const [host] = await lab.publicHosts(['gamma'])
    const before = await hostSnapshot(host)
    const [alpha, beta] = await twoHosts(lab)
    const endpoint = lab.inet.uplink(beta.host).address.ipv4
    const own = { keys: makeKeys(), number: 3 }
    const driver = await openDriver(host, own.keys)
    await converge(driver, meshHost(own, { keys: beta.keys, number: 2, endpoint }))
    await converge(beta.driver, meshHost({ keys: beta.keys, number: 2 }, own))
    expect(await ping(host, '10.66.0.2')).toBeDefined()
    expect(await hostSnapshot(host)).not.toEqual(before)
    await converge(driver, undefined)
    expect(await hostSnapshot(host)).toEqual(before)
    await converge(alpha.driver, undefined)
  })

  test('finds the interface under another name, and leaves one alone that is marked as ours and has a key of others', async () => {
    const [host] = await lab.publicHosts(['gamma'])
    const before = await hostSnapshot(host)
    const [, beta] = await twoHosts(lab)
    const driver = await openDriver(host, makeKeys())
    const own = { keys: makeKeys(), number: 3 }
    const ours = await openDriver(host, own.keys)
    await converge(ours, meshHost(own, { keys: beta.keys, number: 2 }))
    await host.sh(underAnotherName)
    await converge(driver, undefined)
    expect(await host.sh('ls /sys/class/net')).toContain('other0')
    await converge(ours, undefined)
    expect(await hostSnapshot(host)).toEqual(before)
  })

  test('works after wireguard-go was killed: no socket stays', async () => {
    const [alpha] = await twoHosts(lab)
    await alpha.host.sh('pkill -KILL -x wireguard-go; sleep 0.2')
    expect(E.isRight(await alpha.driver.execute({ kind: 'remove-interface' }))).toBe(true)
    expect(await alpha.host.sh('ls /run/wireguard; ls /sys/class/net')).toBe('eth0\nlo\n')
  })
})
