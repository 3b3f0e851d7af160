import { type DesiredFirewall, type IpPrefix, ipPrefix } from '@meshfold/core'
import { expect, test } from 'vitest'
import { MEMBERS_PER_MESSAGE } from '../linux-pitfalls.js'
import { firewallPieces, firewallText, setAnewPieces } from './firewall-text.js'

const prefixes = (count: number, block: number): readonly IpPrefix[] =>
  Array.from({ length: count }, (_, at) => ipPrefix(`10.${block}.${at >> 7}.${(at & 127) * 2}/32`))

const firewall: DesiredFirewall = {
  rules: { filter: { mesh: 'm0', control: [], input: [], forward: [] }, nat: [] },
  sets: new Map([
    ['m1', prefixes(MEMBERS_PER_MESSAGE - 2, 1)],
    ['m2', prefixes(3 * MEMBERS_PER_MESSAGE, 2)],
    ['m0', prefixes(10, 0)],
  ]),
}

const membersIn = (text: string): readonly string[] => text.match(/\b10\.\d+\.\d+\.\d+\/32/g) ?? []

test('no piece of a firewall is too long, and together they have every member once', () => {
  const pieces = firewallPieces('wg0', firewall, [])
  for (const piece of pieces) expect(membersIn(piece).length).toBeLessThanOrEqual(MEMBERS_PER_MESSAGE)
  const wanted = [...firewall.sets.values()].flat()
  expect(pieces.flatMap(membersIn).sort()).toEqual([...wanted].sort())
})

test('all rules are there from the first piece on, and the set of the whole mesh with them', () => {
  const [first = ''] = firewallPieces('wg0', firewall, ['ipv4_was_off'])
  expect(membersIn(first)).toEqual(prefixes(10, 0))
  const rules = (text: string) => text.split('\n').filter((line) => line.includes('comment'))
  expect(rules(first)).toEqual(rules(firewallText('wg0', firewall, [])))
  expect(first).toContain('chain ipv4_was_off')
})

test('a set that is filled anew in pieces begins empty', () => {
  const [first = '', ...rest] = setAnewPieces('wg0', 'm2', prefixes(MEMBERS_PER_MESSAGE + 1, 2))
  expect(first).toContain('flush set inet meshfold_wg0 m2_4')
  expect(rest.map((piece) => membersIn(piece).length)).toEqual([MEMBERS_PER_MESSAGE, 1])
})
