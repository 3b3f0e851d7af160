import { describe, expect, test } from 'vitest'
import { samplePublicKey } from '../testing/arbitraries/hosts.js'
import { emptyHost } from '../testing/simulated-host.js'
import { ipPrefix } from '../values/index.js'
import type { DesiredHost } from './desired-host.js'
import type { HostChange } from './host-change.js'
import { noNames } from './host-names.js'
import type { ObservedHost } from './observed-host.js'
import { changedPeersBetween, planPeerChanges } from './plan-peer-changes.js'
import { noPolicyRouting } from './policy-routing.js'

const names = ['a', 'b', 'c', 'd'] as const
type Name = (typeof names)[number]
const key = (name: Name) => samplePublicKey(names.indexOf(name) + 1)

type Ranges = Partial<Record<Name, readonly string[]>>

const wanting = (ranges: Ranges): DesiredHost => ({
  publicKey: samplePublicKey(99),
  listenPort: 51821,
  mtuBytes: 1420,
  addresses: [],
  routes: [],
  firewall: null,
  forwards: false,
  policyRouting: noPolicyRouting,
  names: noNames,
  peers: new Map(
    names.flatMap((name) => {
      const allowedIps = ranges[name]?.map(ipPrefix)
      if (allowedIps === undefined) return []
      return [[key(name), { publicKey: key(name), allowedIps, endpointCandidates: [], keepaliveSeconds: 0 }]]
    }),
  ),
})

const having = (ranges: Ranges): ObservedHost => ({
  ...emptyHost(0),
  peers: new Map(
    [...wanting(ranges).peers].map(([publicKey, { allowedIps }]) => [
      publicKey,
      {
        publicKey,
        allowedIps,
        endpoint: undefined,
        latestHandshakeAtEpochMs: undefined,
        receivedBytes: 0,
        sentBytes: 0,
        keepaliveSeconds: 0,
      },
    ]),
  ),
})

/** A plan as `a=10.0.0.0/24,10.0.1.0/24` and `-b`. */
const plan = (before: Ranges, after: Ranges): readonly string[] =>
  planPeerChanges(having(before), wanting(after), names.map(key)).map(shortened)

function shortened(change: HostChange): string {
  if (change.kind !== 'set-peer' && change.kind !== 'remove-peer') return change.kind
  const name = names.find((candidate) => key(candidate) === change.publicKey) ?? '?'
  return change.kind === 'remove-peer' ? `-${name}` : `${name}=${change.allowedIps?.join(',') ?? 'unchanged'}`
}

const [one, two, three] = ['10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24']

describe('ranges that move between peers', () => {
  test('are given to the gainer, and the loser needs no write', () => {
    expect(plan({ a: [one, two], b: [] }, { a: [one], b: [two] })).toEqual([`b=${two}`])
  })

  test('swap without a moment in which nobody has them', () => {
    expect(plan({ a: [one], b: [two] }, { a: [two], b: [one] })).toEqual([`a=${two},${one}`, `b=${one}`])
  })

  test('go round in a ring', () => {
    expect(plan({ a: [one], b: [two], c: [three] }, { a: [three], b: [one], c: [two] })).toEqual([
      `a=${three},${one}`,
      `b=${one},${two}`,
      `c=${two}`,
    ])
  })

  test('come to a new peer before the old one is removed', () => {
    expect(plan({ a: [one] }, { b: [one] })).toEqual([`b=${one}`, '-a'])
  })

  test('leave a peer that is removed only after their gainer has them all', () => {
    expect(plan({ a: [one, two] }, { b: [one], c: [two] })).toEqual([`b=${one}`, `c=${two}`, '-a'])
  })
})

describe('ranges that nobody wants any more', () => {
  test('are dropped last', () => {
    expect(plan({ a: [one, two], b: [] }, { a: [one], b: [three] })).toEqual([`b=${three}`, `a=${one}`])
  })

  test('are dropped in the same write where nothing else depends on it', () => {
    expect(plan({ a: [one] }, { a: [two] })).toEqual([`a=${two}`])
  })

  test('stay until the wider one that succeeds them is there', () => {
    expect(plan({ a: [one], b: [] }, { a: [three], b: ['10.0.0.0/16'] })).toEqual([
      `a=${three},${one}`,
      'b=10.0.0.0/16',
      `a=${three}`,
    ])
  })
})

describe('the peers that changed', () => {
  test('are found by reference', () => {
    const before = wanting({ a: [one], b: [two], c: [three] })
    const after: DesiredHost = { ...before, peers: new Map(before.peers) }
    expect([...changedPeersBetween(before, after)]).toEqual([])
    const moved = new Map(before.peers)
    moved.delete(key('a'))
    moved.set(key('b'), { publicKey: key('b'), allowedIps: [], endpointCandidates: [], keepaliveSeconds: 5 })
    expect(changedPeersBetween(before, { ...before, peers: moved })).toEqual(new Set([key('a'), key('b')]))
    expect(changedPeersBetween(undefined, before).size).toBe(3)
    expect(changedPeersBetween(before, undefined).size).toBe(3)
  })

  test('are all that is looked at', () => {
    const read = new Set<unknown>()
    const desired = wanting({ a: [one], b: [two] })
    const peers = new Map(desired.peers)
    peers.get = (publicKey) => {
      read.add(publicKey)
      return desired.peers.get(publicKey)
    }
    planPeerChanges(having({ b: [two] }), { ...desired, peers }, [key('a')])
    expect([...read]).toEqual([key('a')])
  })
})
