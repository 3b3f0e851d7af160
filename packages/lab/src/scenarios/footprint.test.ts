import { expect, test } from 'vitest'
import { compareFootprints, type Footprint } from './footprint.js'

const clean: Footprint = {
  interfaces: '1: lo',
  addresses: '',
  routes: 'default via 169.254.1.1',
  rules: '0: from all lookup local',
  'packet filter': '',
  'kernel switches': '',
  'WireGuard sockets': '',
  'files in /run': '/run/machine-etc',
  'own files in /etc': './hosts root root 644',
  'names in /etc': 'hosts',
  processes: '',
}

test('the same is no difference', () => {
  expect(compareFootprints(clean, { ...clean })).toEqual([])
})

test('what came and what went, by kind', () => {
  const after = { ...clean, rules: `${clean.rules}\n100: from all lookup 51820`, routes: '' }
  expect(compareFootprints(clean, after)).toEqual([
    'routes: -default via 169.254.1.1; +',
    'rules: +100: from all lookup 51820',
  ])
})
