import { type FirewallFilter, policyId, type Traffic } from '@meshfold/core'
import { expect, test } from 'vitest'
import { filterRules } from './filter-rules.js'
import { iptablesRules } from './iptables-rule-text.js'

/** A router of a routed range that has other routers beside it: who is in m1 may begin with who is in m2. */
const router = (...traffic: readonly Traffic[]): FirewallFilter => ({
  mesh: 'm0',
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
      exceptTo: null,
      traffic,
      stateful: 'lenient',
    },
  ],
})

const underWay = (filter: FirewallFilter) =>
  filterRules(filter).forward.filter(({ matches }) => matches.some(({ on }) => on === 'under-way'))

const written = (filter: FirewallFilter) =>
  underWay(filter).flatMap((rule) =>
    rule.family === 4 ? iptablesRules({ interfaceName: 'wg0', family: 4, generation: 'a' }, rule) : [],
  )

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
