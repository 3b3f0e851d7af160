import { type DesiredFirewall, ipPrefix } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { hostAnswering } from '../../test/support/answering-host.js'
import { spellingOf } from '../render/iptables-first-packet.js'
import { iptablesText, newSetsText } from '../render/iptables-text.js'
import type { Generation } from '../render/iptables-words.js'
import { iptablesBackend } from './iptables-backend.js'

const firewall: DesiredFirewall = {
  rules: {
    filter: {
      mesh: 'm0',
      ranges: 'm0',
      own: [],
      control: [],
      input: [{ policyId: null, to: 'm0', from: ['m0'], within: null, traffic: [{ protocol: 'any' }] }],
      forward: [],
    },
    nat: [
      {
        kind: 'masquerade',
        egressId: null,
        from: [ipPrefix('10.1.0.0/24'), ipPrefix('fd01::/64')],
        to: null,
        interfaceName: null,
      },
    ],
  },
  sets: new Map([['m0', [ipPrefix('10.1.0.0/24'), ipPrefix('fd01::/64')]]]),
}

const interfaceName = 'mesh0'

/** As `iptables-save` prints what was restored. */
const saved = (family: 4 | 6, generation: Generation): string =>
  iptablesText({ interfaceName, family, generation, spelling: spellingOf(firewall) }, firewall.rules, []).replaceAll(
    /^-I /gm,
    '-A ',
  )

const hashFound = async (
  generation4: Generation,
  generation6: Generation,
  saved6 = saved(6, generation6),
): Promise<string | undefined> => {
  const sets = newSetsText(interfaceName, 'a', firewall) + newSetsText(interfaceName, 'b', firewall)
  const { host } = hostAnswering({
    'iptables-legacy-save': { stdout: saved(4, generation4) },
    'ip6tables-legacy-save': { stdout: saved6 },
    'ipset save': { stdout: sets },
  })
  const found = await iptablesBackend(host, { kind: 'legacy', infix: '-legacy' }).find('observe')
  return E.isRight(found) ? found.right?.firewall.rulesHash : undefined
}

test('a crash between two families, one of which asks the sets of before, leaves something to be done', async () => {
  expect(await hashFound('b', 'b')).toMatch(/^[0-9a-f]{16}$/)
  expect(await hashFound('b', 'a')).toBe('changed')
})

test('so does one between two tables of a family', async () => {
  const [before, after] = [saved(6, 'a'), saved(6, 'b')].map((text) => text.split('*nat'))
  expect(await hashFound('b', 'b', [after?.[0], before?.[1]].join('*nat'))).toBe('changed')
})
