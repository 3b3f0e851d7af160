import { expect, test } from 'vitest'
import { sampleDesiredHosts, samplePublicKey } from '../testing/arbitraries/hosts.js'
import { emptyHost } from '../testing/simulated-host.js'
import type { DesiredHost } from './desired-host.js'
import type { ForeignFilter } from './foreign-filter.js'
import { planChanges } from './plan-changes.js'
import { foreignHindrances } from './plan-foreign-filters.js'

const [sample] = sampleDesiredHosts(samplePublicKey(1), { seed: 1, count: 1 })
const rules = { filter: { mesh: 'm', ranges: 'm', own: [], control: [], input: [], forward: [] }, nat: [] }
const host = { ...sample, listenPort: 51821, firewall: { rules, sets: new Map() }, forwards: false } as DesiredHost

const found = (filters: readonly (readonly [string, ForeignFilter])[]) => ({
  ...emptyHost(0),
  foreignFilters: new Map(filters),
})
const input: ForeignFilter = { hook: 'input', passage: { state: 'closed' } }
const forward: ForeignFilter = { hook: 'forward', passage: { state: 'closed' } }
const closed = found([
  ['in', input],
  ['fwd', forward],
])

const steps = (observed: Parameters<typeof planChanges>[0], desired: DesiredHost | undefined) =>
  planChanges(observed, desired).filter(({ kind }) => kind.endsWith('-foreign-filter'))

test('E3 what comes in is let past foreign filters; what is passed on, where the host passes on', () => {
  expect(steps(closed, host)).toEqual([{ kind: 'open-foreign-filter', name: 'in', listenPort: 51821 }])
  expect(steps(closed, { ...host, forwards: true })).toHaveLength(2)
})

test('E3 where nothing is filtered by the mesh, foreign filters stay closed', () => {
  expect(steps(closed, { ...host, firewall: null, forwards: true })).toEqual([])
  expect(steps(closed, { ...host, firewall: { rules: { filter: null, nat: [] }, sets: new Map() } })).toEqual([])
})

test('E3 the own filter is there before a foreign one is opened, and still there when it is closed', () => {
  const kinds = planChanges(closed, host).map(({ kind }) => kind)
  expect(kinds.indexOf('set-firewall')).toBeLessThan(kinds.indexOf('open-foreign-filter'))
  const open = {
    ...found([['in', { hook: 'input', passage: { state: 'open', listenPort: 51821 } }]]),
    firewall: { rulesHash: '', sets: new Map() },
  }
  expect(planChanges(open, undefined).map(({ kind }) => kind)).toEqual(['close-foreign-filter', 'remove-firewall'])
})

test('E3 a port that moved is opened anew, a host that passes nothing on any more closes what it had opened', () => {
  const open = found([
    ['in', { hook: 'input', passage: { state: 'open', listenPort: 4 } }],
    ['fwd', { hook: 'forward', passage: { state: 'open', listenPort: null } }],
  ])
  expect(steps(open, host)).toEqual([
    { kind: 'close-foreign-filter', name: 'fwd' },
    { kind: 'open-foreign-filter', name: 'in', listenPort: 51821 },
  ])
})

test('E3 what the driver can not open is told with the way out, where it is in the way', () => {
  const locked = new Map<string, ForeignFilter>([
    ['in', { hook: 'input', passage: { state: 'locked', wayOut: 'ask firewalld' } }],
    ['fwd', { hook: 'forward', passage: { state: 'locked', wayOut: 'ask firewalld' } }],
  ])
  expect(foreignHindrances(locked, host)).toEqual(["the packet filter `in` may drop what is the mesh's: ask firewalld"])
})
