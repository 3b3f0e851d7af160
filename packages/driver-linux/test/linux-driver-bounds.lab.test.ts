/** What the driver leaves alone, refuses, and how much it does at once. */
import { type DesiredPeer, hostPrefix, ipAddress, planChanges, reconcile } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Host, Lab, makeKeys } from '../../lab/src/index.js'
import { createCommandRunner } from '../src/command-runner.js'
import { createLinuxDriver } from '../src/linux-driver.js'
import { driverOptions, hostSnapshot, openDriver } from './support/lab-driver.js'
import { converge, meshHost } from './support/two-hosts.js'

let lab: Lab
let host: Host
const keys = makeKeys()
const desired = meshHost({ keys, number: 1 }, { keys: makeKeys(), number: 2 })

beforeEach(async () => {
  lab = await Lab.open()
  ;[host] = await lab.publicHosts(['alpha'])
})
afterEach(() => lab.close())

async function errorOf(outcome: Promise<E.Either<unknown, unknown>>): Promise<unknown> {
  const answer = await outcome
  return E.isLeft(answer) ? answer.left : 'no error'
}

describe('what is not ours stays as it is', () => {
  test('a LAN route of the same range and metric is not overwritten', async () => {
    await host.sh('ip route add 10.66.0.0/24 via 169.254.1.1 dev eth0 metric 50')
    const before = await host.sh('ip route show dev eth0')
    expect(await errorOf(reconcile(await openDriver(host, keys), desired))).toMatchObject({
      code: 'step-failed',
      change: { kind: 'add-route' },
      cause: {
        code: 'host-refused',
        reason: expect.stringMatching(/eth0: give the mesh another range, or that route another metric/),
      },
      observed: { interface: { isUp: true } },
    })
    expect(await host.sh('ip route show dev eth0')).toBe(before)
  })

  test('removing a route of ours spares the one of another interface', async () => {
    const driver = await openDriver(host, keys)
    await converge(driver, desired)
    await host.sh('ip route add 10.66.0.0/24 via 169.254.1.1 dev eth0 metric 60')
    await converge(driver, { ...desired, routes: [] })
    expect(await host.sh('ip route show 10.66.0.0/24')).toContain('dev eth0')
  })

  test("another program's tunnel of the same name is neither read nor changed nor removed", async () => {
    await host.sh('ip link add mesh0 type wireguard 2>/dev/null || wireguard-go mesh0 >/dev/null 2>&1')
    await host.sh(
      'wg genkey > /run/key; wg set mesh0 private-key /run/key listen-port 7; ip addr add 10.9.0.1/24 dev mesh0',
    )
    const before = await hostSnapshot(host)
    const driver = await openDriver(host, keys)
    const refusal = { code: 'host-refused', reason: expect.stringContaining("another program's tunnel") }
    expect(await errorOf(driver.observe())).toMatchObject(refusal)
    expect(await errorOf(driver.execute({ kind: 'remove-interface' }))).toMatchObject(refusal)
    const create = { kind: 'create-interface', publicKey: keys.publicKey, listenPort: 51821 } as const
    expect(await errorOf(driver.execute(create))).toMatchObject(refusal)
    expect(await hostSnapshot(host)).toEqual(before)
  })

  test('an interface of the same name that is no WireGuard is left alone', async () => {
    await host.sh('ip link add mesh0 type veth peer name other')
    const driver = await openDriver(host, keys)
    expect(await errorOf(driver.observe())).toMatchObject({ reason: expect.stringContaining('is no WireGuard') })
    expect(await errorOf(driver.execute({ kind: 'remove-interface' }))).toMatchObject({ code: 'host-refused' })
    expect(await host.sh('ls /sys/class/net')).toContain('mesh0')
  })
})

describe('what is half there', () => {
  test('an interface that a crash left without key and mark is finished', async () => {
    await host.sh('ip link add mesh0 type wireguard 2>/dev/null || wireguard-go mesh0 >/dev/null 2>&1')
    const driver = await openDriver(host, keys)
    const { executed } = await converge(driver, desired)
    expect(executed.map(({ kind }) => kind)).toContain('set-private-key')
    expect(executed.map(({ kind }) => kind)).not.toContain('create-interface')
    await converge(driver, undefined)
    expect(await host.sh('ls /run/wireguard; ls /sys/class/net')).toBe('eth0\nlo\n')
  })

  test('IPv6 that is switched off for all interfaces is switched on for ours', async () => {
    const off = (name: string) => `echo 1 > /proc/sys/net/ipv6/conf/${name}/disable_ipv6`
    await host.sh(`${off('all')}; ${off('default')}`)
    await converge(await openDriver(host, keys), desired)
    expect(
      await host.sh('cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6 /proc/sys/net/ipv6/conf/mesh0/disable_ipv6'),
    ).toBe('1\n0\n')
  })
})

describe('refusals', () => {
  test('a port that is taken is an error, is never taken for done, and is used once it is free', async () => {
    const bind = "require('dgram').createSocket('udp4').bind(51821, () => console.log('bound'))"
    const blocker = host.spawn(process.execPath, ['-e', bind])
    await new Promise((resolve) => blocker.child.stdout?.once('data', resolve))
    const driver = await openDriver(host, keys)
    for (let time = 1; time <= 2; time++) {
      const refused = { code: 'step-failed', cause: { code: 'host-refused', reason: expect.stringMatching(/in use/i) } }
      expect(await errorOf(reconcile(driver, desired))).toMatchObject(refused)
    }
    await blocker.kill('SIGKILL')
    await blocker.ended
    await converge(driver, desired)
  })

  test('a missing tool is named with its package', async () => {
    const nowhere = createCommandRunner({ path: '/nonexistent' })
    expect(
      await errorOf(createLinuxDriver({ ...driverOptions(host, () => keys.privateKey), commandRunner: nowhere })),
    ).toEqual({
      code: 'host-tool-missing',
      tool: 'ip',
      reason: expect.stringContaining('apt-get install iproute2'),
    })
    const driver = await openDriver(host, keys, { implementation: 'userspace', wireguardGo: '/nonexistent' })
    expect(await errorOf(reconcile(driver, desired))).toMatchObject({
      cause: {
        code: 'host-tool-missing',
        tool: 'wireguard-go',
        reason: expect.stringContaining('apt-get install wireguard-go'),
      },
    })
  })

  test('without the right to, it says so', async () => {
    const prefix = ['nsenter', ...host.enterArguments, 'setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin']
    const driver = await openDriver(host, keys, { commandRunner: createCommandRunner({ prefix }) })
    expect(await errorOf(reconcile(driver, desired))).toMatchObject({ cause: { code: 'host-permission-denied' } })
  })
})

test('one peer among a thousand: one exchange, no process', async () => {
  const driver = await openDriver(host, keys)
  const peers = Array.from({ length: 1_001 }, (_, n): DesiredPeer => {
    const allowedIps = [hostPrefix(ipAddress(`10.66.${4 + (n >> 8)}.${n & 255}`))]
    return { publicKey: makeKeys().publicKey, allowedIps, endpointCandidates: [], keepaliveSeconds: 0 }
  })
  const withPeers = (count: number) => ({
    ...desired,
    peers: new Map(peers.slice(0, count).map((peer) => [peer.publicKey, peer])),
  })
  await converge(driver, withPeers(1_000))
  const { observed } = await converge(driver, withPeers(1_000))
  const plan = planChanges(observed, withPeers(1_001))
  expect(plan).toHaveLength(1)
  const [change] = plan
  if (change === undefined) throw new Error('no plan')
  const startedAt = performance.now()
  expect(E.isRight(await driver.execute(change))).toBe(true)
  expect(performance.now() - startedAt).toBeLessThan(100)
  expect((await converge(driver, withPeers(1_001))).executed).toEqual([])
})
