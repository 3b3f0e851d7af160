import { egressId, type IpPrefix, ipPrefix, type NatRule } from '@meshfold/core'
import { expect, test } from 'vitest'
import { firewallText, setChangeText } from './firewall-text.js'

const texts = (...members: readonly string[]): readonly IpPrefix[] => members.map(ipPrefix)

/** Everybody in `m1` may come in to whom `m2` has. */
const between = (m1: readonly IpPrefix[], m2: readonly IpPrefix[], protocol: 'any' | 'icmp' = 'any'): string =>
  firewallText(
    'wg0',
    {
      rules: {
        filter: {
          mesh: 'm1',
          ranges: 'm1',
          own: [],
          control: [],
          input: [{ policyId: null, to: 'm2', from: ['m1'], within: null, traffic: [{ protocol }] }],
          forward: [],
        },
        nat: [{ kind: 'masquerade', egressId: null, from: m2, to: null, interfaceName: null }],
      },
      sets: new Map([
        ['m1', m1],
        ['m2', m2],
      ]),
    },
    [],
  )

const lines = (text: string, with_: RegExp): readonly string[] =>
  text.split('\n').flatMap((line) => (with_.test(line) ? [line.replace(/ comment .*/, '').trim()] : []))

const letIn = (text: string): readonly string[] => lines(text, /^ +ip6? saddr @.* accept/)

test('addresses and ranges of a set are asked for in rules of their own, and who is none of both is asked at once', () => {
  const text = between(texts('10.1.0.4/31', '10.1.8.0/24'), texts('10.2.0.1/32', '10.2.8.0/24'))
  expect(lines(text, /^ +set /)).toEqual([
    'set m1_4 { type ipv4_addr; elements = { 10.1.0.4, 10.1.0.5 } }',
    'set m1_4_ranges { type ipv4_addr; flags interval; elements = { 10.1.8.0/24 } }',
    'set m2_4 { type ipv4_addr; elements = { 10.2.0.1 } }',
    'set m2_4_ranges { type ipv4_addr; flags interval; elements = { 10.2.8.0/24 } }',
  ])
  expect(letIn(text)).toEqual([
    'ip saddr @m1_4 ip daddr @m2_4 accept',
    'ip saddr @m1_4 ip daddr @m2_4_ranges accept',
    'ip saddr @m1_4_ranges ip daddr @m2_4 accept',
    'ip saddr @m1_4_ranges ip daddr @m2_4_ranges accept',
  ])
  expect(lines(text, /masquerade/)[0]).toContain(
    'ct original ip daddr != @m1_4 ct original ip daddr != @m1_4_ranges masquerade',
  )
})

test('nobody is asked for a family, or in a kind, that nobody in the set is of', () => {
  const text = between(texts('10.1.0.1/32', 'fd01::1/128'), texts('10.2.0.0/24'))
  expect(letIn(text)).toEqual(['ip saddr @m1_4 ip daddr @m2_4_ranges accept'])
  expect(text).not.toContain('@m2_6')
})

test('pings are named in words of nft, which not every host has a file for', () => {
  const text = between(texts('10.1.0.1/32', 'fd01::1/128'), texts('10.2.0.1/32', 'fd02::1/128'), 'icmp')
  expect(letIn(text)).toEqual([
    'ip saddr @m1_4 ip daddr @m2_4 meta l4proto icmp accept',
    'ip6 saddr @m1_6 ip6 daddr @m2_6 meta l4proto icmpv6 accept',
  ])
})

test('E8 what goes elsewhere than it was sent to is marked; what is passed on within the mesh is mapped by nobody', () => {
  const nat = [
    { kind: 'prefix-map', egressId: egressId('egress-1'), virtual: '10.99.1.0/24', real: '192.168.1.0/24' },
    { kind: 'prefix-map', egressId: egressId('egress-1'), virtual: 'fd99::/64', real: 'fd0a::/64' },
  ].map((rule) => ({ ...rule, virtual: ipPrefix(rule.virtual), real: ipPrefix(rule.real) }) as NatRule)
  const text = firewallText('wg0', { rules: { filter: null, nat }, sets: new Map() }, [])
  expect(lines(text, /meta mark|hook|accept comment|prefix to/)).toEqual([
    'type filter hook prerouting priority dstnat + 1; policy accept;',
    'iifname "wg0" ct direction original ct status dnat meta mark set meta mark & 49152 | 0x6d660393',
    'iifname "wg0" ct direction reply ct status snat meta mark set meta mark & 49152 | 0x6d660393',
    'type nat hook prerouting priority dstnat; policy accept;',
    'iifname "wg0" dnat ip prefix to ip daddr map { 10.99.1.0/24 : 192.168.1.0/24 }',
    'iifname "wg0" dnat ip6 prefix to ip6 daddr map { fd99::/64 : fd0a::/64 }',
    'type nat hook postrouting priority srcnat; policy accept;',
    'iifname "wg0" oifname "wg0" accept',
    'oifname "wg0" snat ip prefix to ip saddr map { 192.168.1.0/24 : 10.99.1.0/24 }',
    'oifname "wg0" snat ip6 prefix to ip6 saddr map { fd0a::/64 : fd99::/64 }',
  ])
})

test('what is passed on into the tunnel opens TCP connections with segments that the tunnel takes', () => {
  const filter = { mesh: 'm0', ranges: 'm0', own: [], control: [], input: [], forward: [] }
  const text = firewallText('wg0', { rules: { filter, nat: [] }, sets: new Map([['m0', []]]) }, [])
  const [, forward = ''] = text.split('chain forward {')
  expect(lines(forward, /maxseg/)).toEqual(['oifname "wg0" tcp flags syn tcp option maxseg size set rt mtu'])
})

test('a set of nobody is there, and rules ask for it', () => {
  const text = between([], texts('10.2.0.1/32', 'fd02::/64'))
  expect(lines(text, / set m1/)).toEqual(['set m1_4 { type ipv4_addr;  }'])
  expect(letIn(text)).toEqual(['ip saddr @m1_4 ip daddr @m2_4 accept'])
})

test('where neighbours merge, nobody leaves the set for it', () => {
  const change = { remove: texts('10.1.0.2/32', '10.1.0.9/32'), add: texts('10.1.0.2/31', 'fd01::/64') }
  expect(setChangeText('wg0', 'm1', change).split('\n')).toEqual([
    'delete element inet meshfold_wg0 m1_4 { 10.1.0.9 }',
    'add element inet meshfold_wg0 m1_4 { 10.1.0.3 }',
    'add element inet meshfold_wg0 m1_6_ranges { fd01::/64 }',
    '',
  ])
})
