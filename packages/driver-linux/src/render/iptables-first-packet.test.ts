import { type DesiredFirewall, type FirewallForward, ipPrefix, policyId } from '@meshfold/core'
import { expect, test } from 'vitest'
import { isSpelled, spellingOf } from './iptables-first-packet.js'
import { iptablesText } from './iptables-text.js'

/** A router whose members m1 may begin with the range of m2, and reach it at its own address in one of its two networks, m3. */
const router = (to: readonly string[] | null): DesiredFirewall => ({
  rules: {
    filter: {
      mesh: 'm0',
      ranges: 'm0',
      own: ['10.1.0.1/32', '10.2.0.1/32', 'fd01::1/128'].map(ipPrefix),
      control: [],
      input: [{ policyId: null, to: 'm3', from: ['m1'], within: null, traffic: [{ protocol: 'any' }] }],
      forward: [{ ...intoRange, to, beyondMesh: to === null }],
    },
    nat: [
      { kind: 'prefix-map', egressId: 'egress-1' as never, virtual, real },
      { kind: 'prefix-map', egressId: 'egress-1' as never, virtual: virtual6, real: real6 },
    ],
  },
  sets: new Map([
    ['m0', [ipPrefix('10.1.0.0/24'), virtual]],
    ['m1', [ipPrefix('10.1.0.0/24')]],
    ['m2', [virtual]],
    ['m3', [ipPrefix('10.1.0.1/32'), ipPrefix('fd01::1/128')]],
  ]),
})

const [virtual, real] = [ipPrefix('100.64.7.0/24'), ipPrefix('192.168.1.0/24')]
const [virtual6, real6] = [ipPrefix('fd64:0:0:7::/64'), ipPrefix('fd0a:0:0:1::/64')]

const intoRange: FirewallForward = {
  policyId: policyId('policy-1'),
  direction: 'mesh-to-underlay',
  from: ['m1'],
  within: null,
  to: ['m2'],
  through: null,
  beyondMesh: false,
  exceptTo: null,
  traffic: [{ protocol: 'any' }],
  stateful: 'yes',
}

/** Rules of a chain without their comments. */
const rulesIn = (chain: string, firewall: DesiredFirewall, family: 4 | 6 = 4): readonly string[] => {
  const writing = { interfaceName: 'wg0', family, generation: 'a', spelling: spellingOf(firewall) } as const
  return iptablesText(writing, firewall.rules, [])
    .split('\n')
    .filter((line) => line.startsWith(`-A mf_wg0_${chain} `))
    .map((line) => line.replace(/^-A \S+ -m comment --comment "[^"]*" /, '').replaceAll(/mf[0-9a-f]{6}a/g, ''))
}

const there = '-i wg0 ! -o wg0 -m conntrack --ctdir ORIGINAL'
const back = '! -i wg0 -o wg0 -m conntrack --ctdir REPLY'

test('what is passed on into the tunnel opens TCP connections with segments that the tunnel takes', () => {
  const clamped = '-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu'
  for (const family of [4, 6] as const) expect(rulesIn('out', router(['m2']), family)).toContain(clamped)
})

test('E8 a prefix is mapped to another, both ways', () => {
  const firewall = router(['m2'])
  expect(rulesIn('map', firewall)).toEqual(['-d 100.64.7.0/24 -j NETMAP --to 192.168.1.0/24'])
  expect(rulesIn('nat', firewall)).toEqual([
    '-o wg0 -m mark --mark 0x6d660393/0xffff3fff -j RETURN',
    '-s 192.168.1.0/24 -o wg0 -j NETMAP --to 100.64.7.0/24',
  ])
  expect(rulesIn('map', firewall, 6)).toEqual([`-d ${virtual6} -j NETMAP --to ${real6}`])
})

test('E7 E8 what is for a virtual range is marked while it is called so, and what is passed on within the mesh, for nobody to map it', () => {
  const firewall = router(['m2'])
  expect(rulesIn('map_mark', firewall)).toEqual([
    '-m addrtype --dst-type LOCAL -j MARK --set-xmark 0x6d660393/0xffff3fff',
    '-d 100.64.7.0/24 -j MARK --set-xmark 0x6d660393/0xffff3fff',
  ])
  expect(rulesIn('out', firewall)[0]).toBe('-i wg0 -j MARK --set-xmark 0x6d660393/0xffff3fff')
})

test('who asks for a mapped range is judged by what he asked for, and so is the answer', () => {
  const rules = rulesIn('forward', router(['m2']))
  expect(rules).toContain(`${there} -m set --match-set m1_4 src -m conntrack --ctorigdst 100.64.7.0/24 -j ACCEPT`)
  expect(rules).toContain(`${back} -m set --match-set m1_4 dst -m conntrack --ctorigdst 100.64.7.0/24 -j ACCEPT`)
})

test('a mapped range is no part of the internet, whatever its real addresses are', () => {
  const rules = rulesIn('forward', router(null))
  const notMapped = '-m conntrack ! --ctorigdst 100.64.7.0/24 -j ACCEPT'
  expect(rules).toContain(`${there} -m set --match-set m1_4 src -m set ! --match-set m0_4 dst ${notMapped}`)
  expect(rules).toContain(`${back} -m set --match-set m1_4 dst -m set ! --match-set m0_4 src ${notMapped}`)
})

test('G5 a port that a container publishes is judged by the address at which it was asked for', () => {
  const published = rulesIn('forward', router(['m2'])).filter((rule) => /DNAT .*-j ACCEPT/.test(rule))
  const translated = '-m conntrack --ctstate DNAT -m conntrack --ctdir'
  const asked = '-m conntrack --ctorigdst 10.1.0.1/32 -j ACCEPT'
  expect(published).toEqual([
    `-i wg0 ! -o wg0 ${translated} ORIGINAL -m set --match-set m1_4 src ${asked}`,
    `! -i wg0 -o wg0 ${translated} REPLY -m set --match-set m1_4 dst ${asked}`,
  ])
})

test('a set that stands in rules is changed with them, and one that does not, without', () => {
  const firewall = router(['m2'])
  const changed = (set: string, prefix: string) => isSpelled(firewall, { set, changed: [ipPrefix(prefix)] })
  expect(changed('m2', '100.64.8.0/24')).toBe(true)
  expect(changed('m1', '10.1.0.7/32')).toBe(false)
  expect(changed('m3', '10.2.0.1/32')).toBe(true)
  expect(changed('m3', '10.2.0.9/32')).toBe(false)
})
