/** Switches of the kernel: what the driver sets is set back, what the kernel changes with them as well, and what others set meanwhile stays. */
import { type DesiredHost, ipPrefix } from '@meshfold/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Host, Lab, makeKeys, waitUntil } from '../../lab/src/index.js'
import type { FirewallChoice } from '../src/linux-driver-options.js'
import { openDriver } from './support/lab-driver.js'
import { converge, meshHost } from './support/two-hosts.js'

let lab: Lab
beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

const allSwitches = "sysctl -a -r '^net.ipv[46].(conf|ip_forward|tcp_fwmark_accept)' | grep -v '\\.mesh0\\.'"

/** As hardening guides advise, with one interface that was to pass packets on before there was a mesh. */
const hardened = [
  ...['all', 'default', 'eth0'].map((each) => `net.ipv4.conf.${each}.accept_redirects=0`),
  ...['all', 'default', 'eth0'].map((each) => `net.ipv4.conf.${each}.rp_filter=1`),
  'net.ipv4.conf.all.send_redirects=0',
  'net.ipv6.conf.eth0.accept_ra=1',
  'net.ipv6.conf.lo.forwarding=1',
]

/** A router advertisement to everybody on the interface; its router goes before others. */
const advertise = `
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6 AF_INET6);
socket(my $out, AF_INET6, SOCK_RAW, 58) or die $!;
setsockopt($out, 41, $_, pack('i', 255)) for 16, 18;
setsockopt($out, 41, 17, pack('i', $ARGV[0])) or die $!;
my $all = pack_sockaddr_in6(0, inet_pton(AF_INET6, 'ff02::1'), $ARGV[0]);
send($out, pack('CCnCCnNN', 134, 0, 0, 64, 8, 1800, 0, 0), 0, $all) or die $!;
`

/** A hardened host whose default route of IPv6 is what a router told it, and the driver on it. */
async function hardenedHost(firewall: FirewallChoice) {
  const [host] = await lab.publicHosts(['alpha'])
  await host.sh(`sysctl -q -w ${hardened.join(' ')}; ip -6 route del default`)
  const { routerPort } = lab.inet.uplink(host)
  const index = await lab.inet.host.sh(`cat /sys/class/net/${routerPort}/ifindex`)
  await lab.inet.host.run('perl', ['-e', advertise, index.trim()])
  await waitUntil('a router told its way', async () => (await learnedRoute(host)) !== '' || undefined)
  const keys = makeKeys()
  const plain = meshHost({ keys, number: 1 }, { keys: makeKeys(), number: 2 })
  const router: DesiredHost = { ...plain, firewall: letsNothingIn, forwards: true }
  return { host, driver: await openDriver(host, keys, { firewall }), router }
}

const letsNothingIn = {
  rules: { filter: { mesh: 'm1', ranges: 'm1', own: [], control: [], input: [], forward: [] }, nat: [] },
  sets: new Map([['m1', [ipPrefix('10.66.0.0/24')]]]),
}

const bypassed = { isBypassed: true, routes: [], rules: [] }

const learnedRoute = (host: Host): Promise<string> =>
  host.sh("ip -6 route show default proto ra | sed 's/ expires.*//'")

const switchesOf = async (host: Host): Promise<readonly string[]> => (await host.sh(allSwitches)).trim().split('\n')

/** What is otherwise than it was. */
const changes = async (host: Host, before: readonly string[]): Promise<readonly string[]> =>
  (await switchesOf(host)).filter((line) => !before.includes(line))

const forwarding = [
  ...['all', 'default', 'eth0', 'lo'].map((each) => `net.ipv4.conf.${each}.forwarding = 1`),
  'net.ipv4.ip_forward = 1',
  'net.ipv6.conf.all.forwarding = 1',
]

describe.each(['nftables', 'iptables'] as const)('with %s', (firewall) => {
  test('a router changes nothing but forwarding, and keeps the way that a router told it', async () => {
    const { host, driver, router } = await hardenedHost(firewall)
    const [before, route] = [await switchesOf(host), await learnedRoute(host)]
    await converge(driver, router)
    expect(await changes(host, before)).toEqual(forwarding)
    expect(await learnedRoute(host)).toBe(route)
    await converge(driver, { ...router, forwards: false })
    expect(await changes(host, before)).toEqual([])
    expect(await learnedRoute(host)).toBe(route)
  })

  test('what others set meanwhile stays', async () => {
    const { host, driver, router } = await hardenedHost(firewall)
    const before = await switchesOf(host)
    await converge(driver, { ...router, policyRouting: bypassed })
    const theirs = ['net.ipv4.conf.all.accept_redirects = 1', 'net.ipv6.conf.eth0.forwarding = 1']
    await host.sh(`sysctl -q -w ${theirs.map((each) => each.replaceAll(' ', '')).join(' ')}`)
    await converge(driver, undefined)
    expect(await changes(host, before)).toEqual(theirs)
  })
})

test('a full tunnel sets its switches and sets them back, however it ends', async () => {
  const { host, driver, router } = await hardenedHost('nftables')
  const before = await switchesOf(host)
  const tunnelled = { ...router, forwards: false, policyRouting: bypassed }
  await converge(driver, tunnelled)
  const marks = ['net.ipv4.conf.all.src_valid_mark = 1', 'net.ipv4.tcp_fwmark_accept = 1']
  expect(await changes(host, before)).toEqual(marks)
  await host.sh('ip link del mesh0')
  await converge(driver, undefined)
  expect(await changes(host, before)).toEqual([])
  await host.sh('sysctl -q -w net.ipv4.conf.all.src_valid_mark=1')
  await converge(driver, tunnelled)
  await converge(driver, undefined)
  expect(await changes(host, before)).toEqual([marks[0]])
})
