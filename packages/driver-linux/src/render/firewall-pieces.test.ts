import { type DesiredFirewall, type FirewallForward, type IpPrefix, ipPrefix, policyId } from '@meshfold/core'
import { describe, expect, test } from 'vitest'
import { MEMBERS_PER_MESSAGE } from '../linux-pitfalls.js'
import { firewallPieces } from './firewall-pieces.js'
import { firewallText } from './firewall-text.js'

const prefixes = (count: number, block: number): readonly IpPrefix[] =>
  Array.from({ length: count }, (_, at) => ipPrefix(`10.${block}.${at >> 7}.${(at & 127) * 2}/32`))

const firewall: DesiredFirewall = {
  rules: { filter: { mesh: 'm0', ranges: 'm9', own: [], control: [], input: [], forward: [] }, nat: [] },
  sets: new Map([
    ['m1', prefixes(MEMBERS_PER_MESSAGE - 20, 1)],
    ['m2', prefixes(3 * MEMBERS_PER_MESSAGE, 2)],
    ['m0', prefixes(10, 0)],
    ['m3', prefixes(MEMBERS_PER_MESSAGE - 150, 3)],
    ['m9', prefixes(150, 9)],
  ]),
}

const membersIn = (text: string): readonly string[] => text.match(/(?<=[{,] )10\.\d+\.\d+\.\d+/g) ?? []

const alone = (members: readonly IpPrefix[]): readonly string[] => members.map((member) => member.replace('/32', ''))

test('no piece of a firewall is too long, and together they have every member once', () => {
  const pieces = firewallPieces('wg0', firewall, [])
  for (const piece of pieces) expect(membersIn(piece).length).toBeLessThanOrEqual(MEMBERS_PER_MESSAGE)
  const wanted = alone([...firewall.sets.values()].flat())
  expect(pieces.flatMap(membersIn).sort()).toEqual([...wanted].sort())
})

test('all rules are there from the first piece on, and the sets of the whole mesh and of its networks with them', () => {
  const [first = ''] = firewallPieces('wg0', firewall, ['ipv4_was_off'])
  expect(membersIn(first)).toEqual(alone([...prefixes(10, 0), ...prefixes(150, 9)]))
  const rules = (text: string) => text.split('\n').filter((line) => line.includes('comment'))
  expect(rules(first)).toEqual(rules(firewallText('wg0', firewall, [])))
  expect(first).toContain('chain ipv4_was_off')
})

describe('many rules', () => {
  const forward = (at: number): FirewallForward => ({
    policyId: policyId(`policy-${at}`),
    direction: at % 2 === 0 ? 'mesh-to-underlay' : 'underlay-to-mesh',
    from: ['m1'],
    within: null,
    to: at % 3 === 0 ? null : ['m2'],
    beyondMesh: at % 3 === 0,
    through: null,
    exceptTo: null,
    traffic: [{ protocol: 'tcp', ports: [{ first: 1_000 + at, last: 1_000 + at }] }],
    stateful: 'lenient',
  })
  const many = (count: number): DesiredFirewall => ({
    rules: {
      filter: {
        mesh: 'm0',
        ranges: 'm0',
        own: ['10.1.0.1/32', 'fd01::1/128'].map(ipPrefix),
        control: ['198.19.0.0/16', 'fd6d:6573:6801::/48'].map(ipPrefix),
        input: [],
        forward: Array.from({ length: count }, (_, at) => forward(at)),
      },
      nat: [{ kind: 'masquerade', egressId: null, from: [ipPrefix('10.1.0.0/24')], to: null, interfaceName: null }],
    },
    sets: new Map([
      ['m0', ['10.1.0.0/24', 'fd01::/64'].map(ipPrefix)],
      ['m1', ['10.1.0.1/32', 'fd01::1/128', '10.1.0.128/25'].map(ipPrefix)],
      ['m2', ['10.1.0.2/32', 'fd01::2/128', '10.2.0.0/16'].map(ipPrefix)],
    ]),
  })

  /** The rules of a chain, in whatever pieces they are. */
  const rulesIn = (pieces: readonly string[], name: string): readonly string[] =>
    pieces
      .flatMap((piece) => [...piece.matchAll(/^ {2}chain (\S+) \{\n([\s\S]*?)^ {2}\}/gm)])
      .flatMap(([, chain, body = '']) => (chain === name ? body.split('\n') : []))
      .filter((line) => line.includes(' comment '))

  /** What packets go through by a chain, with what is in others in the place of jumps there. */
  const through = (pieces: readonly string[], name: string): readonly string[] =>
    rulesIn(pieces, name)
      .map((line) => line.replace(/ comment .*/, '').trim())
      .flatMap((rule) => (rule.startsWith('jump ') ? through(pieces, rule.slice('jump '.length)) : [rule]))

  const hooked = ['input', 'output', 'forward', 'marking', 'postrouting']

  test.each([1, 40, 300])('stand in the same order as in one transaction (%i policies)', (count) => {
    const whole = [firewallText('wg0', many(count), [])]
    const pieces = firewallPieces('wg0', many(count), [])
    expect(pieces.length > 1).toBe(count > 1)
    for (const name of hooked) expect(through(pieces, name)).toEqual(through(whole, name))
  })

  test('are no longer than a message, each of their pieces', () => {
    // The first has what can't wait: a tenth of what was measured to fit.
    const lengths = firewallPieces('wg0', many(300), []).map((piece) => piece.length)
    expect(Math.max(...lengths)).toBeLessThan(41_000)
    expect(lengths[0]).toBeLessThan(12_000)
  })

  test('let nothing through until they are there, and leave alone from the beginning what is none of ours', () => {
    const [first = ''] = firewallPieces('wg0', many(300), [])
    const waitingFor = (name: string) => through([first], name)
    expect(waitingFor('forward').at(-1)).toBe('drop')
    expect(waitingFor('forward')).toContain('iifname != "wg0" oifname != "wg0" accept')
    expect(waitingFor('input')).toContain('iifname != "wg0" accept')
    expect(waitingFor('input').at(-1)).toBe('drop')
    expect(waitingFor('output')[0]).toBe('oifname != "wg0" accept')
    for (const name of ['input', 'output', 'forward']) expect(waitingFor(name).join('\n')).not.toMatch(/addr @/)
    expect(waitingFor('postrouting').join()).toMatch(/masquerade/)
  })

  test('are numbered as the kernel lists them, whatever piece they came in', () => {
    const pieces = firewallPieces('wg0', many(300), [])
    const chains = [...(pieces[0] ?? '').matchAll(/^ {2}chain (\S+) \{/gm)].map(([, name]) => name)
    const numbers = chains
      .flatMap((name) => rulesIn(pieces, name ?? ''))
      .map((rule) => Number(/(\d+)\/\d+"$/.exec(rule)?.[1]))
    expect(numbers).toEqual(numbers.map((_, at) => at + 1))
    expect(numbers.length).toBeGreaterThan(1_000)
  })
})
