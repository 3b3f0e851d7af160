import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import {
  arbitraryDesiredHost,
  arbitraryObservedHost,
  sampleObservedAt,
  samplePublicKey,
} from '../testing/arbitraries/hosts.js'
import { createSimulatedHost } from '../testing/simulated-host.js'
import { type IpAddress, ipAddress, prefixContainsAddress, prefixLength } from '../values/index.js'
import { applyHostChanges } from './apply-host-changes.js'
import { describeDrift } from './describe-drift.js'
import type { DesiredHost } from './desired-host.js'
import type { HostChange } from './host-change.js'
import type { ObservedHost } from './observed-host.js'
import { planChanges } from './plan-changes.js'
import { changedPeersBetween } from './plan-peer-changes.js'
import { noPolicyRoutingFound } from './policy-routing.js'
import { executePlan, reconcile } from './reconcile.js'

const ownKey = samplePublicKey(0xa1)
const formerKey = samplePublicKey(0xa2)
const held = [ownKey, formerKey]
const desiredHost = arbitraryDesiredHost(ownKey)
const observedHost = arbitraryObservedHost(held)
const defaults = { name: 'mesh0', implementation: 'kernel' } as const

const hostLike = (initial: ObservedHost) =>
  createSimulatedHost({ heldKeys: held, nowEpochMs: () => sampleObservedAt, initial })

describe('law 7', () => {
  test('a plan leads to the desired host, and there is then nothing left to do', async () => {
    await fc.assert(
      fc.asyncProperty(
        observedHost,
        desiredHost,
        fc.option(desiredHost, { nil: undefined }),
        async (found, desired, previousDesired) => {
          const host = hostLike(found)
          expect(await executePlan(host, planChanges(found, desired, { previousDesired }), [])).toBeUndefined()
          expect(planChanges(host.state, desired, { previousDesired })).toEqual([])
          expect(planChanges(host.state, desired)).toEqual([])
        },
      ),
      lawRuns(5),
    )
  })

  test('a crash after any step, with or without its effect, still converges', async () => {
    await fc.assert(
      fc.asyncProperty(
        observedHost,
        desiredHost,
        fc.nat({ max: 20 }),
        fc.constantFrom('none', 'done'),
        async (found, desired, steps, effect) => {
          const host = hostLike(found)
          host.failAfter(steps, { effect })
          await executePlan(host, planChanges(found, desired), [])
          host.heal()
          expect(E.isRight(await reconcile(host, desired))).toBe(true)
          expect(planChanges(host.state, desired)).toEqual([])
        },
      ),
      lawRuns(5),
    )
  })

  test('a walk through many configurations, cut off at random, ends where a straight way ends', async () => {
    const leg = fc.record({ desired: desiredHost, stepsDone: fc.nat({ max: 12 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(leg, { maxLength: 6 }), desiredHost, async (legs, last) => {
        const host = createSimulatedHost({ heldKeys: held, nowEpochMs: () => sampleObservedAt })
        for (const { desired, stepsDone } of legs) {
          await executePlan(host, planChanges(host.state, desired).slice(0, stepsDone), [])
        }
        expect(E.isRight(await reconcile(host, last))).toBe(true)
        expect(describeDrift(host.state, last)).toEqual([])
      }),
      lawRuns(2),
    )
  })

  test('wanting nothing leaves nothing', async () => {
    await fc.assert(
      fc.asyncProperty(observedHost, async (found) => {
        const host = hostLike(found)
        await reconcile(host, undefined)
        expect(host.state).toEqual({
          ...found,
          interface: undefined,
          peers: new Map(),
          routes: [],
          firewall: undefined,
          forwarding: new Map([...found.forwarding.keys()].map((family) => [family, 'off'])),
          foreignFilters: new Map(
            [...found.foreignFilters].map(([name, filter]) =>
              filter.passage.state === 'locked' ? [name, filter] : [name, { ...filter, passage: { state: 'closed' } }],
            ),
          ),
          policyRouting: noPolicyRoutingFound,
          names: { ...found.names, lines: [], resolvers: [] },
        })
      }),
      lawRuns(),
    )
  })
})

describe('a plan', () => {
  test('takes no path away that is wanted afterwards', () => {
    fc.assert(
      fc.property(observedHost, desiredHost, (found, desired) => {
        const plan = planChanges(found, desired)
        const after = applyHostChanges(found, plan, defaults)
        const lasting = probes.filter((address) => hasPath(found, address) && hasPath(after, address))
        plan.reduce((host, change) => {
          const next = applyHostChanges(host, [change], defaults)
          for (const address of lasting) expect(hasPath(next, address), `${address} after ${change.kind}`).toBe(true)
          return next
        }, found)
      }),
      lawRuns(10),
    )
  })

  test('has no step too many', () => {
    fc.assert(
      fc.property(observedHost, desiredHost, (found, desired) => {
        const plan = planChanges(found, desired)
        for (const [index, step] of plan.entries()) {
          if (isNeededElsewhere(step, plan.slice(index + 1))) continue
          const rest = plan.filter((_, other) => other !== index)
          expect(planChanges(applyHostChanges(found, rest, defaults), desired), step.kind).not.toEqual([])
        }
      }),
      lawRuns(5),
    )
  })

  test('is the same whatever order the input is in', () => {
    const backwards = (host: DesiredHost): DesiredHost => ({ ...host, peers: new Map([...host.peers].reverse()) })
    fc.assert(
      fc.property(observedHost, desiredHost, (found, desired) => {
        expect(planChanges(found, backwards(desired))).toEqual(planChanges(found, desired))
      }),
      lawRuns(),
    )
  })

  test('is empty exactly when no drift is described', () => {
    fc.assert(
      fc.property(observedHost, fc.option(desiredHost, { nil: undefined }), (found, desired) => {
        expect(describeDrift(found, desired).length === 0).toBe(planChanges(found, desired).length === 0)
      }),
      lawRuns(),
    )
  })

  test('from what is in effect needs to look at changed peers only', () => {
    fc.assert(
      fc.property(desiredHost, desiredHost, (before, after) => {
        const found = applyHostChanges(emptied, planChanges(emptied, before), defaults)
        const changedPeers = changedPeersBetween(before, after)
        const whole = planChanges(found, after, { previousDesired: before })
        expect(planChanges(found, after, { previousDesired: before, changedPeers })).toEqual(whole)
        // Somebody removed the interface meanwhile.
        expect(planChanges(emptied, after, { changedPeers })).toEqual(planChanges(emptied, after))
      }),
      lawRuns(5),
    )
  })
})

const emptied = createSimulatedHost({ heldKeys: held, nowEpochMs: () => sampleObservedAt }).state

const probes: readonly IpAddress[] = [
  '10.66.0.2',
  '10.66.0.200',
  '10.67.0.2',
  '10.20.0.9',
  '10.20.9.9',
  'fd66::2',
  'fd66::9',
  'fd20::1',
].map(ipAddress)

/** Whether a packet for `address` enters the tunnel and has a peer to go to. */
function hasPath(host: ObservedHost, address: IpAddress): boolean {
  const isRouted = host.routes.some(({ prefix }) => prefixContainsAddress(prefix, address))
  const ranges = [...host.peers.values()].flatMap(({ allowedIps }) => allowedIps)
  const best = ranges
    .filter((range) => prefixContainsAddress(range, address))
    .sort((a, b) => prefixLength(b) - prefixLength(a))
  return host.interface?.isUp === true && isRouted && best.length > 0
}

/** Steps that this host could do without, but not always or not every operating system. */
function isNeededElsewhere(step: HostChange, later: readonly HostChange[]): boolean {
  switch (step.kind) {
    case 'set-mtu': // A fresh interface may have the right one by chance.
      return true
    case 'set-peer': // Keeps a range for a while; a later write of the same peer completes it.
      return later.some((other) => other.kind === 'set-peer' && other.publicKey === step.publicKey)
    case 'set-forwarding': // Who switched it on is forgotten with the filter.
      return later.some((other) => other.kind === 'remove-firewall')
    case 'add-route': // Linux takes the source, or the whole route, away with an address; others don't.
    case 'remove-route':
      return later.some((other) => other.kind === 'remove-address')
    default:
      return false
  }
}
