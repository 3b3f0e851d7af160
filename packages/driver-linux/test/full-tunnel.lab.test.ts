/** A full tunnel on hosts that route otherwise than by a default route of the main table, or mark packets for themselves. */
import {
  type DesiredHost,
  describeDrift,
  type IpFamily,
  ipAddress,
  ipPrefix,
  noPolicyRouting,
  type PolicyRule,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { answerOn, type Host, knock, Lab, makeKeys, PingStream, ping, waitUntil } from '../../lab/src/index.js'
import type { FirewallChoice } from '../src/linux-driver-options.js'
import { openDriver } from './support/lab-driver.js'
import { converge, meshHost, type TunnelEnd, twoHosts } from './support/two-hosts.js'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

/** Members of the mesh may do anything, whoever is reached through the gateway too. */
const letsAllIn: DesiredHost['firewall'] = {
  rules: {
    filter: {
      ...{ mesh: 'm1', ranges: 'm1', own: [], control: [], forward: [] },
      input: [{ policyId: null, to: 'm1', from: ['m1'], within: null, traffic: [{ protocol: 'any' }] }],
    },
    nat: [],
  },
  sets: new Map([['m1', ['10.66.0.0/24', 'fd66::/64'].map(ipPrefix)]]),
}

const everything = { 4: ipPrefix('0.0.0.0/0'), 6: ipPrefix('::/0') }
const families: readonly IpFamily[] = [4, 6]

/** Everything to the peer, and nothing out when there is none; but for what goes to this server. */
const withFullTunnel = (desired: DesiredHost, server: string): DesiredHost => {
  const routes = families.flatMap((family) =>
    (['mesh', 'nowhere'] as const).map(
      (to) => ({ table: 'tunnel', prefix: everything[family], to, preferredSource: null }) as const,
    ),
  )
  const toServer: PolicyRule = {
    ...{ family: 4, kind: 'outside-flow', protocol: 'tcp' },
    ...{ address: ipAddress(server), port: 443 },
  }
  const rules = families.flatMap((family): readonly PolicyRule[] => [
    { family, kind: 'bypass' },
    ...(family === 4 ? [toServer] : []),
    { family, kind: 'own-routes' },
    { family, kind: 'everything' },
  ])
  const peers = [...desired.peers].map(
    ([key, peer]) => [key, { ...peer, allowedIps: Object.values(everything) }] as const,
  )
  return { ...desired, peers: new Map(peers), firewall: letsAllIn, policyRouting: { isBypassed: true, routes, rules } }
}

interface World {
  readonly alpha: TunnelEnd
  readonly desired: DesiredHost
  /** Answers outside the mesh; on port 443 it is the server. */
  readonly web: Host
}

/** Two hosts with a tunnel that was never used, the first of which is to send everything through it. */
async function tunnelled(prepare: (host: Host) => Promise<void>, firewall: FirewallChoice): Promise<World> {
  const [alpha] = await twoHosts(lab)
  const [web] = await lab.publicHosts(['web'])
  await answerOn(web, { ports: [80, 443] })
  await answerOn(alpha.host, { ports: [22] })
  await prepare(alpha.host)
  const driver = await openDriver(alpha.host, alpha.keys, { firewall })
  const desired = withFullTunnel(alpha.desired, lab.inet.uplink(web).address.ipv4)
  await converge(driver, desired)
  return { alpha: { ...alpha, driver }, desired, web }
}

/** What stays outside gets there and back, and nothing else. */
async function expectWholeTunnel({ alpha, web }: World): Promise<void> {
  await waitUntil('WireGuard’s own packets get out', () => ping(alpha.host, '10.66.0.2', 1), { limitMs: 15_000 })
  const [own, its] = [alpha.host, web].map((host) => lab.inet.uplink(host).address)
  const to = (address = '', port = 22) => ({ from: null, to: address, protocol: 'tcp' as const, port })
  expect(await knock(web, [to(own?.ipv4), to(own?.ipv6)])).toEqual([true, true])
  expect(await ping(web, own?.ipv4 ?? '')).toBeDefined()
  expect(await ping(web, own?.ipv6 ?? '')).toBeDefined()
  expect(await knock(alpha.host, [to(its?.ipv4, 443)])).toEqual([true])
  expect(await knock(alpha.host, [to(its?.ipv4, 80), to(its?.ipv6, 80), to(its?.ipv6, 443)])).toEqual([
    false,
    false,
    false,
  ])
}

/** Its default routes are in another table, and its own rule leads there. */
const rulesOfItsOwn = (priority: string) => async (host: Host) => {
  const move = (flag: string) => `
    way=$(ip ${flag} route show default dev eth0 | head -n 1)
    ip ${flag} route del default dev eth0
    ip ${flag} route add $way dev eth0 table 200
    ip ${flag} rule add from all lookup 200 ${priority}`
  await host.sh(`set -e; ${move('-4')}; ${move('-6')}`)
}

/** As kube-proxy does, which masquerades by that bit what it has seen, and a host that checks sources. */
const marksOfOthers = async (host: Host) => {
  await host.sh(`sysctl -q -w net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth0.rp_filter=1
nft -f - <<'RULES'
table inet kube {
  chain in { type filter hook prerouting priority dstnat; meta mark set meta mark or 0x4000; }
  chain out { type route hook output priority mangle + 1; meta mark set meta mark or 0x4000; }
}
RULES`)
}

describe.each(['nftables', 'iptables'] as const)('D5 with %s', (firewall) => {
  test.each([
    ['that has nothing else', async () => {}],
    ['whose default route is not in the main table', rulesOfItsOwn('')],
    ['whose own rule is asked after the main table', rulesOfItsOwn('priority 40000')],
    ['that puts bits of its own on packets', marksOfOthers],
  ])('a host %s is not cut off by a full tunnel', async (_, prepare) => {
    await expectWholeTunnel(await tunnelled(prepare, firewall))
  })
})

const rulesOf = (host: Host): Promise<string> => host.sh('ip -4 rule; ip -6 rule')

/** What earlier versions of the driver wrote, in place of what it writes today. */
const asEarlier = (server: string): string => {
  const earlier = (flag: string) => `
    ip ${flag} rule del priority 10297 fwmark 0x6d660000/0xffff3801 goto 10302 protocol 213
    ip ${flag} rule add priority 10297 fwmark 0x6d6604c8 lookup main protocol 213
    ip ${flag} rule del priority 10302 nop protocol 213`
  return `set -e
    ip rule del priority 10298 to ${server} ipproto tcp dport 443 goto 10302 protocol 213
    ip rule add priority 10298 to ${server} ipproto tcp dport 443 lookup main protocol 213
    ip rule add priority 10295 iif mesh0 fwmark 0x6d6604c9 lookup main protocol 213
    ${earlier('-4')}${earlier('-6')}`
}

describe('D5 rules that an earlier version wrote', () => {
  test('are written anew, and nothing is lost meanwhile', async () => {
    const world = await tunnelled(async () => {}, 'nftables')
    const { alpha, desired, web } = world
    await expectWholeTunnel(world)
    const today = await rulesOf(alpha.host)
    await alpha.host.sh(asEarlier(lab.inet.uplink(web).address.ipv4))
    expect(await rulesOf(alpha.host)).not.toBe(today)
    const stream = new PingStream(alpha.host, '10.66.0.2', 20)
    await waitUntil('pings flow', () => stream.soFar.received > 5)
    await converge(alpha.driver, desired)
    const { sent, received } = await stream.stop()
    expect(sent - received).toBeLessThanOrEqual(1)
    expect(await rulesOf(alpha.host)).toBe(today)
    expect((await converge(alpha.driver, desired)).executed).toEqual([])
  })

  test('go with the tunnel, and so do those that a crash left', async () => {
    const before = async (host: Host) => ({ host, rules: await rulesOf(host) })
    const [spare] = await lab.publicHosts(['spare'])
    const { rules: none } = await before(spare)
    const { alpha, desired, web } = await tunnelled(async () => {}, 'nftables')
    await alpha.host.sh(asEarlier(lab.inet.uplink(web).address.ipv4))
    await converge(alpha.driver, { ...desired, policyRouting: noPolicyRouting })
    expect(await rulesOf(alpha.host)).toBe(none)
    await alpha.host.sh('ip rule add priority 10302 nop protocol 213; ip -6 rule add priority 10302 nop protocol 213')
    await converge(alpha.driver, undefined)
    expect(await rulesOf(alpha.host)).toBe(none)
  })
})

test.each([
  ['that others lead to', 'ip rule del priority 10302; ip -6 rule del priority 10302'],
  ['that lets WireGuard out', 'ip rule del priority 10297'],
])('D5 a rule %s is put back when somebody takes it away', async (_, disturbance) => {
  const world = await tunnelled(rulesOfItsOwn(''), 'nftables')
  const { alpha, desired } = world
  const whole = await rulesOf(alpha.host)
  await alpha.host.sh(disturbance)
  const found = await alpha.driver.observe()
  if (E.isLeft(found)) throw new Error(JSON.stringify(found.left))
  expect(describeDrift(found.right, desired)).not.toEqual([])
  await converge(alpha.driver, desired)
  expect(await rulesOf(alpha.host)).toBe(whole)
  await expectWholeTunnel(world)
})

test("D5 two interfaces with a full tunnel each don't send each other's packets through each other", async () => {
  const world = await tunnelled(async () => {}, 'nftables')
  const { alpha, web } = world
  const [other] = await lab.publicHosts(['other'])
  const [own, its] = [makeKeys(), makeKeys()]
  const second = (parts: DesiredHost, number: number): DesiredHost => {
    const address = ipAddress(`10.77.0.${number}`)
    const routes = [{ prefix: ipPrefix('10.77.0.0/24'), preferredSource: address, metric: 50 }]
    return { ...parts, listenPort: 51822 - (number - 1), addresses: [address], routes }
  }
  const endpoint = lab.inet.uplink(other).address.ipv4
  const user = second(meshHost({ keys: own, number: 1 }, { keys: its, number: 2, endpoint }), 1)
  const gateway = second(meshHost({ keys: its, number: 2 }, { keys: own, number: 1 }), 2)
  const allowed = [...gateway.peers].map(
    ([key, peer]) => [key, { ...peer, allowedIps: [ipPrefix('10.77.0.1/32')] }] as const,
  )
  const driver = await openDriver(alpha.host, own, { interfaceName: 'mesh1' })
  await converge(await openDriver(other, its), { ...gateway, peers: new Map(allowed) })
  await converge(driver, { ...withFullTunnel(user, lab.inet.uplink(web).address.ipv4), firewall: null })
  await waitUntil('the second one carries packets', () => ping(alpha.host, '10.77.0.2', 1), { limitMs: 15_000 })
  await expectWholeTunnel(world)
})
