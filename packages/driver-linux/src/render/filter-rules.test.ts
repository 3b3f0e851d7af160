import { type FirewallFilter, ipPrefix, policyId, type Traffic } from '@meshfold/core'
import { describe, expect, test } from 'vitest'
import type { FilterRule } from './filter-rule.js'
import { filterRules } from './filter-rules.js'
import { type IptablesWriting, iptablesRules } from './iptables-rule-text.js'
import { filterChains } from './nft-filter-text.js'

/** A router of a routed range that has other routers beside it: who is in m1 may begin with who is in m2. */
const router = (...traffic: readonly Traffic[]): FirewallFilter => ({
  mesh: 'm0',
  ranges: 'm0',
  own: [],
  control: [],
  input: [],
  forward: [
    {
      policyId: policyId('policy-1'),
      direction: 'mesh-to-underlay',
      from: ['m1'],
      within: null,
      to: ['m2'],
      through: null,
      beyondMesh: false,
      exceptTo: null,
      traffic,
      stateful: 'lenient',
    },
  ],
})

const writing: IptablesWriting = {
  interfaceName: 'wg0',
  family: 4,
  generation: 'a',
  spelling: { membersOf: () => [], virtual: [] },
}

const underWay = (filter: FirewallFilter) =>
  filterRules(filter).forward.filter(({ matches }) => matches.some(({ on }) => on === 'under-way'))

const written = (filter: FirewallFilter) =>
  underWay(filter).flatMap((rule) => (rule.family === 4 ? iptablesRules(writing, rule) : []))

test('TCP that began at another router passes both ways, whichever end is heard first, on the ports of the policy', () => {
  const rules = written(router({ protocol: 'tcp', ports: [{ first: 80, last: 89 }] }))
  expect(rules.map((rule) => rule.match(/(! )?-i wg0|--[ds]port \S+/g)?.join(' '))).toEqual([
    '-i wg0 --dport 80:89',
    '! -i wg0 --sport 80:89',
  ])
})

test('none where the policy is not about TCP, and of every port where it is about everything', () => {
  expect(written(router({ protocol: 'icmp' }, { protocol: 'udp', ports: [] }))).toEqual([])
  expect(written(router({ protocol: 'any' })).filter((rule) => /port/.test(rule))).toEqual([])
  expect(written(router({ protocol: 'any' }))).toHaveLength(2)
})

describe("a router's own addresses in its ranges", () => {
  const policy: Traffic = { protocol: 'tcp', ports: [{ first: 443, last: 443 }] }
  /** Of IPv4, those that let somebody in by a set. */
  const accepted = (rules: readonly FilterRule[]) =>
    rules
      .filter(({ family, verdict }) => family === 4 && verdict === 'accept')
      .map(({ matches }) =>
        matches.flatMap((match) =>
          match.on === 'set' ? [`${match.isIn ? '' : 'not '}${match.side} ${match.set}`] : [],
        ),
      )
      .filter((sets) => sets.length > 0)
  const listed = (filter: FirewallFilter) => {
    const { input, output } = filterRules(filter)
    return { input: accepted(input), output: accepted(output) }
  }

  test('are let in to as others there, but for those in the mesh, and answer while that holds', () => {
    const rule = ['not daddr m0', 'saddr m1', 'daddr m2']
    expect(listed(router(policy))).toEqual({ input: [rule], output: [rule] })
  })

  test('are not let in to by whoever may use the internet by the gateway', () => {
    const [rule] = router(policy).forward
    if (rule === undefined) throw new TypeError('a rule')
    const exit = { ...router(policy), forward: [{ ...rule, to: null, beyondMesh: true }] }
    expect(listed(exit)).toEqual({ input: [], output: [] })
  })

  test('nor are those of an internet gateway by a policy about a prefix, where they are in the mesh', () => {
    const filter = { ...router(policy), mesh: 'm9' }
    const exit = { ...filter, forward: filter.forward.map((rule) => ({ ...rule, beyondMesh: true })) }
    const rule = ['not daddr m0', 'saddr m1', 'daddr m2', 'not daddr m9']
    expect(listed(exit)).toEqual({ input: [rule], output: [rule] })
  })
})

describe("what comes by other interfaces for the host's own addresses", () => {
  const filter: FirewallFilter = {
    ...router({ protocol: 'any' }),
    own: [ipPrefix('10.1.0.1/32'), ipPrefix('fd01::1/128')],
  }
  const site: FirewallFilter = {
    ...filter,
    forward: filter.forward.map((rule) => ({ ...rule, direction: 'underlay-to-mesh' })),
  }
  const lines = (of: FirewallFilter, hook: 'input' | 'forward') =>
    filterRules(of)
      [hook].flatMap((rule) => (rule.family === 6 ? [] : iptablesRules(writing, rule)))
      .filter((line) => !/-i wg0|-o wg0/.test(line.replaceAll(/! -[io] wg0/g, '')))

  test('is dropped, but for answers and errors; the rest is none of our business', () => {
    expect(lines(filter, 'input').slice(0, 5)).toEqual([
      '-i lo -j RETURN',
      expect.stringMatching(/^! -i wg0 -m conntrack --ctdir REPLY -m set ! --match-set \S+m0_4 src -j RETURN$/),
      '! -i wg0 -m conntrack --ctstate RELATED -j RETURN',
      '! -i wg0 -d 10.1.0.1/32 -j DROP',
      '! -i wg0 -j RETURN',
    ])
  })

  test('is no answer where it says to come from the mesh: a neighbour can say so too', () => {
    const names = (set: string, family: 4 | 6) => [`${set}_${family}`]
    const { rules } = filterChains('wg0', { filter, nat: [] }, names)[0] ?? { rules: [] }
    expect(rules.filter((rule) => rule.startsWith('iifname != "wg0" ct direction reply'))).toEqual([
      'iifname != "wg0" ct direction reply ip saddr != @m0_4 accept',
      'iifname != "wg0" ct direction reply ip6 saddr != @m0_6 accept',
    ])
  })

  test('is let in from a range that the host routes, where it may begin with others as well', () => {
    const [, , , letIn, dropped] = lines(site, 'input')
    expect(letIn).toMatch(/^! -i wg0 -m set --match-set \S+m1_4 src -m set --match-set \S+m2_4 dst -j RETURN$/)
    expect(dropped).toBe('! -i wg0 -d 10.1.0.1/32 -j DROP')
  })

  test('is no more let through to a container', () => {
    expect(lines(filter, 'forward').slice(0, 2)).toEqual([
      '! -i wg0 ! -o wg0 -m conntrack --ctstate DNAT -m conntrack --ctdir ORIGINAL -m conntrack --ctorigdst 10.1.0.1/32 -j DROP',
      '! -i wg0 ! -o wg0 -j RETURN',
    ])
  })
})
