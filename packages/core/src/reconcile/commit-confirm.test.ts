import { describe, expect, test } from 'vitest'
import { samplePublicKey } from '../testing/arbitraries/hosts.js'
import { ipAddress, ipPrefix } from '../values/index.js'
import {
  beginProbation,
  judgeProbation,
  noProbation,
  onProbation,
  type ProbationFacts,
  type ProbationState,
  provesServerThere,
  type RevertProof,
  retryReverted,
  reviewReverted,
} from './commit-confirm.js'
import type { DesiredHost } from './desired-host.js'
import { noNames } from './host-names.js'
import { noPolicyRouting, type PolicyRouting } from './policy-routing.js'

const before: DesiredHost = {
  publicKey: samplePublicKey(1),
  listenPort: 51_821,
  mtuBytes: 1420,
  addresses: [ipAddress('10.1.0.1')],
  peers: new Map([
    [
      samplePublicKey(2),
      { publicKey: samplePublicKey(2), allowedIps: [], endpointCandidates: [], keepaliveSeconds: 0 },
    ],
  ]),
  routes: [{ prefix: ipPrefix('10.1.0.0/24'), preferredSource: ipAddress('10.1.0.1'), metric: 50 }],
  forwards: false,
  firewall: null,
  policyRouting: noPolicyRouting,
  names: noNames,
}
const covering: DesiredHost = {
  ...before,
  routes: [...before.routes, { prefix: ipPrefix('192.0.2.0/24'), preferredSource: null, metric: 50 }],
}
const asOf = (revision: number) => ({ epoch: 1, revision })
const heardNow = { nowMs: 0, changedAtMs: 0, heardAtMs: 0 }
const neverHeard = { ...heardNow, heardAtMs: null }
const silent = {
  nowMs: 30_000,
  changedAtMs: 0,
  heardAtMs: -100,
  listensSinceMs: 0,
  isServerLostToOthers: false,
} satisfies ProbationFacts

/** After the window, with the server heard of. */
const confirmedOn = (host: DesiredHost, state: ProbationState = noProbation): ProbationState => {
  const begun = beginProbation(state, host, asOf(1), heardNow)
  const { verdict, state: after } = judgeProbation(begun, host, { ...silent, heardAtMs: 29_000 })
  expect(verdict).toBe('confirmed')
  return after
}

const cutOff = (state: ProbationState, host: DesiredHost, facts: Partial<ProbationFacts> = {}) =>
  judgeProbation(beginProbation(state, host, asOf(2), heardNow), host, { ...silent, ...facts })

describe('A10 a change that cut the host off', () => {
  const confirmed = confirmedOn(before)

  test('is reverted after thirty seconds of silence, and only the section that changed', () => {
    const { verdict, state } = cutOff(confirmed, { ...covering, publicKey: 'other' as never })
    expect(verdict).toBe('reverted')
    expect(state.reverted).toMatchObject([{ section: 'routes', asOf: asOf(2), reason: 'server-silent' }])
    const now = onProbation(state, { ...covering, publicKey: 'other' as never })
    expect(now).toEqual({ ...before, publicKey: 'other' })
  })

  test('by a full tunnel loses that, with what refuses everything else, and keeps its routes', () => {
    const route = { table: 'tunnel', prefix: ipPrefix('0.0.0.0/0'), to: 'nowhere', preferredSource: null } as const
    const tunnel: PolicyRouting = { isBypassed: true, routes: [route], rules: [{ family: 4, kind: 'everything' }] }
    const { state } = cutOff(confirmed, { ...before, policyRouting: tunnel })
    expect(state.reverted.map(({ section }) => section)).toEqual(['full-tunnel'])
    expect(onProbation(state, { ...before, policyRouting: tunnel })).toEqual(before)
  })

  test('waits for the window to end', () => {
    expect(cutOff(confirmed, covering, { nowMs: 29_999 }).verdict).toBe('waiting')
  })

  test.each([
    ['a heartbeat came in the last six seconds', { heardAtMs: 24_001 }, 'confirmed'],
    ['three heartbeats were missed, and others may not know yet', { heardAtMs: 24_000 }, 'waiting'],
    ['as much time again has passed', { heardAtMs: 18_000 }, 'reverted'],
    ['what came was sent before the change', { nowMs: 30_000, changedAtMs: 0, heardAtMs: 0 }, 'reverted'],
    ['another host lost the server too', { isServerLostToOthers: true }, 'waiting'],
  ] as const)('%s: %s', (_words, facts, verdict) => {
    expect(cutOff(confirmed, covering, facts).verdict).toBe(verdict)
  })

  test('is not reverted when the server was silent before already', () => {
    const begun = beginProbation(confirmed, covering, asOf(2), neverHeard)
    expect(judgeProbation(begun, covering, { ...silent, nowMs: 900_000 }).verdict).toBe('waiting')
  })

  test('stays reverted while its content is the same, and received configs go on', () => {
    const { state } = cutOff(confirmed, covering)
    const later = { ...covering, listenPort: 4000, mtuBytes: 1300 }
    const next = beginProbation(state, later, asOf(3), heardNow)
    expect(next.reverted).toEqual(state.reverted)
    expect(onProbation(next, later)).toEqual({ ...before, listenPort: 4000, mtuBytes: 1300 })
    expect(next.pending?.contents.mtuBytes).toBe(1300)
  })

  test('is tried again with other content, and then reverted to the same as before', () => {
    const { state } = cutOff(confirmed, covering)
    const other = { ...covering, routes: covering.routes.map((route) => ({ ...route, metric: 7 })) }
    const tried = beginProbation(state, other, asOf(3), heardNow)
    expect(tried.reverted).toEqual([])
    expect(onProbation(tried, other)).toBe(other)
    expect(onProbation(judgeProbation(tried, other, silent).state, other).routes).toEqual(before.routes)
  })

  test('is tried again when somebody says so', () => {
    const { state } = cutOff(confirmed, covering)
    const again = beginProbation(retryReverted(state), covering, asOf(2), heardNow)
    expect(onProbation(again, covering)).toBe(covering)
    expect(again.pending).toMatchObject({ isArmed: true })
  })

  test('is not reverted by who was paused, and has not listened for long enough since', () => {
    const paused = { nowMs: 60_000, heardAtMs: 5000 }
    expect(cutOff(confirmed, covering, { ...paused, listensSinceMs: 48_001 }).verdict).toBe('waiting')
    expect(cutOff(confirmed, covering, { ...paused, listensSinceMs: 48_000 }).verdict).toBe('reverted')
    expect(cutOff(confirmed, covering, { nowMs: 60_000, heardAtMs: null, listensSinceMs: 48_001 }).verdict).toBe(
      'waiting',
    )
  })

  test('is over when the mesh itself takes it back', () => {
    const begun = beginProbation(confirmed, covering, asOf(2), heardNow)
    expect(beginProbation(begun, before, asOf(3), heardNow)).toEqual(confirmed)
  })

  test('falls back on what the server was heard of with, though its window was not over', () => {
    const first = beginProbation(noProbation, before, asOf(1), heardNow)
    const second = beginProbation(first, covering, asOf(2), { nowMs: 8000, changedAtMs: 0, heardAtMs: 7000 })
    expect(second.confirmed).toMatchObject({ routes: before.routes })
    const { state } = judgeProbation(second, covering, { ...silent, nowMs: 38_000, changedAtMs: 8000, heardAtMs: 8000 })
    expect(onProbation(state, covering)).toEqual(before)
  })

  test('remembers over a restart that the server was there before', () => {
    const begun = beginProbation(confirmed, covering, asOf(2), heardNow)
    const again = beginProbation(JSON.parse(JSON.stringify(begun)), covering, asOf(2), neverHeard)
    expect(again).toEqual(begun)
    expect(judgeProbation(again, covering, silent).verdict).toBe('reverted')
  })

  test('on a host that never was confirmed leaves it without routes and addresses', () => {
    const { state } = cutOff(noProbation, before)
    expect(onProbation(state, before)).toEqual({ ...before, routes: [], addresses: [] })
  })

  test('routes from an address that is gone are left out', () => {
    const address = ipAddress('10.9.0.1')
    const two = { ...before, addresses: [...before.addresses, address] }
    const route = { prefix: ipPrefix('10.9.0.0/24'), preferredSource: address, metric: 50 }
    const known = confirmedOn({ ...two, routes: [...before.routes, route] })
    const { state } = cutOff(known, { ...two, routes: covering.routes })
    expect(onProbation(state, { ...before, routes: covering.routes }).routes).toEqual(before.routes)
  })
})

describe('A10 what was reverted', () => {
  const { state } = cutOff(confirmedOn(before), covering)
  const times = { nowMs: 31_000, revertedAtMs: 30_000, heardAtMs: null }
  const proofOf = ({ reverted: [one] }: ProbationState): RevertProof | undefined => one?.proof

  test('is to blame when the server is back within thirty seconds, and stays reverted', () => {
    expect(reviewReverted(state, times)).toBe(state)
    const blamed = reviewReverted(state, { ...times, nowMs: 59_999, heardAtMs: 59_999 })
    expect(proofOf(blamed)).toBe('server-came-back')
    expect(reviewReverted(blamed, { ...times, nowMs: 900_000, heardAtMs: 900_000 })).toBe(blamed)
  })

  test('made no difference when the server stays silent for longer, and is tried again when it is back', () => {
    expect(reviewReverted(state, { ...times, nowMs: 59_999 })).toBe(state)
    const blameless = reviewReverted(state, { ...times, nowMs: 60_000 })
    expect(proofOf(blameless)).toBe('made-no-difference')
    expect(onProbation(blameless, covering)).toEqual(before)
    expect(reviewReverted(blameless, { ...times, nowMs: 90_000 })).toBe(blameless)
    const again = reviewReverted(blameless, { ...times, nowMs: 90_000, heardAtMs: 90_000 })
    expect(onProbation(again, covering)).toBe(covering)
    const heard = { nowMs: 90_000, changedAtMs: 0, heardAtMs: 90_000 }
    expect(beginProbation(again, covering, asOf(2), heard).pending).toMatchObject({ isArmed: true })
  })

  test('proves nothing by what was heard before', () => {
    expect(proofOf(reviewReverted(state, { ...times, nowMs: 60_000, heardAtMs: 30_000 }))).toBe('made-no-difference')
  })

  test('is tried again at once when the server is back after more than thirty seconds', () => {
    expect(reviewReverted(state, { ...times, nowMs: 60_000, heardAtMs: 60_000 }).reverted).toEqual([])
  })

  test('before anything was confirmed is tried again after thirty seconds, then after sixty, and so on up to an hour', () => {
    let first = noProbation
    for (const seconds of [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      first = cutOff(first, before).state
      const back = reviewReverted(first, { ...times, nowMs: 31_000, heardAtMs: 31_000 })
      expect(proofOf(back)).toBe('in-doubt')
      const dueMs = 30_000 + seconds * 1000
      expect(reviewReverted(back, { ...times, nowMs: dueMs - 1, heardAtMs: dueMs - 1 })).toBe(back)
      expect(reviewReverted(back, { ...times, nowMs: dueMs, heardAtMs: dueMs - 6000 })).toBe(back)
      first = reviewReverted(back, { ...times, nowMs: dueMs, heardAtMs: dueMs })
      expect(first.reverted).toEqual([])
    }
  })
})

test('A10 nothing of what keeps others out is ever reverted', () => {
  const confirmed = confirmedOn(before)
  const tightened: DesiredHost = {
    ...covering,
    peers: new Map(),
    publicKey: 'new' as never,
    firewall: null,
    forwards: true,
  }
  const { state } = cutOff(confirmed, tightened)
  const { peers, publicKey, firewall, forwards } = onProbation(state, tightened)
  expect({ peers, publicKey, firewall, forwards }).toEqual({
    peers: new Map(),
    publicKey: 'new',
    firewall: null,
    forwards: true,
  })
})

test('what comes from the machine of the server proves a way to it', () => {
  const proves = (code: Parameters<typeof provesServerThere>[0]['code']) =>
    provesServerThere({ code, detail: '' }, noProbation)
  expect(['connection-refused', 'server-stopping', 'closed-there'].map((code) => proves(code as never))).toEqual([
    true,
    true,
    true,
  ])
  expect(['connection-lost', 'heartbeat-missed', 'closed-here'].map((code) => proves(code as never))).toEqual([
    false,
    false,
    false,
  ])
})

test('a host that was given the address of its server is refused by itself, which proves nothing', () => {
  const state = beginProbation(noProbation, before, asOf(1), heardNow)
  const refused = (address: string) => ({ code: 'connection-refused', detail: '', address }) as const
  expect(provesServerThere(refused('10.1.0.1'), state)).toBe(false)
  expect(provesServerThere(refused('192.0.2.1'), state)).toBe(true)
})

test('D5 a forwarder on the host itself that lost its way to the server proves nothing either', () => {
  for (const code of ['connection-refused', 'authentication-failed'] as const) {
    const proves = (address?: string) =>
      provesServerThere({ code, detail: '', ...(address !== undefined && { address }) }, noProbation)
    expect(['127.0.0.1', '127.0.0.53', '::1'].map(proves)).toEqual([false, false, false])
    expect(['128.0.0.1', '::2', 'no address', undefined].map(proves)).toEqual([true, true, true, true])
  }
})
