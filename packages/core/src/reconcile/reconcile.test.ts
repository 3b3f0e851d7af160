import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import type { HostDriver } from '../ports/host-driver.js'
import { sampleDesiredHosts, sampleObservedAt, samplePublicKey } from '../testing/arbitraries/hosts.js'
import { createSimulatedHost, emptyHost } from '../testing/simulated-host.js'
import { ipPrefix } from '../values/index.js'
import { describeDrift } from './describe-drift.js'
import { planChanges } from './plan-changes.js'
import { executePlan, RECONCILE_ROUNDS, reconcile } from './reconcile.js'

const publicKey = samplePublicKey(0xa1)
const [desired = fail()] = sampleDesiredHosts(publicKey, { seed: 7, count: 1 })
const bareHost = () => createSimulatedHost({ heldKeys: [publicKey], nowEpochMs: () => sampleObservedAt })

function fail(): never {
  throw new Error('no sample')
}

const overriding = (driver: HostDriver, overrides: Partial<HostDriver>): HostDriver => ({
  capabilities: driver.capabilities,
  observe: () => driver.observe(),
  execute: (change) => driver.execute(change),
  close: () => driver.close(),
  ...overrides,
})

describe('reconcile', () => {
  test('reports what it did, and does nothing the second time', async () => {
    const host = bareHost()
    const first = await reconcile(host, desired)
    expect(first).toMatchObject({ right: { executed: host.executed, observed: host.state } })
    expect(host.executed.length).toBeGreaterThan(3)
    expect(await reconcile(host, desired)).toMatchObject({ right: { executed: [] } })
  })

  test('removes whom nobody wants there any more, though an earlier step is refused', async () => {
    const host = bareHost()
    await reconcile(host, desired)
    const [stranger = fail(), ...others] = desired.peers.keys()
    host.disturb(({ interface: own, ...rest }) => ({ ...rest, interface: own && { ...own, addresses: [] } }))
    const cause = { code: 'host-refused', action: 'add-address', reason: 'no IPv6 here' } as const
    const driver = overriding(host, {
      execute: async (change) => (change.kind === 'add-address' ? E.left(cause) : host.execute(change)),
    })
    const peers = new Map([...desired.peers].filter(([key]) => key !== stranger))
    const outcome = await reconcile(driver, { ...desired, peers })
    expect(outcome).toMatchObject({ left: { code: 'step-failed', change: { kind: 'add-address' } } })
    expect(E.isLeft(outcome) && outcome.left.executed).toContainEqual({ kind: 'remove-peer', publicKey: stranger })
    expect([...host.state.peers.keys()].sort()).toEqual([...others].sort())
  })

  test('puts right what comes in between', async () => {
    const host = bareHost()
    const foreign = { prefix: ipPrefix('10.88.0.0/16'), preferredSource: null, metric: 0 }
    let disturbances = 2
    const driver = overriding(host, {
      execute: async (change) => {
        const done = await host.execute(change)
        if (change.kind === 'bring-up' && disturbances-- > 0) host.disturb((h) => ({ ...h, routes: [foreign] }))
        return done
      },
    })
    expect(E.isRight(await reconcile(driver, desired))).toBe(true)
    expect(planChanges(host.state, desired)).toEqual([])
  })

  test('a failed step ends it with the true state and what was done', async () => {
    const host = bareHost()
    host.failAfter(2, { effect: 'done' })
    const failed = await reconcile(host, desired)
    const plan = planChanges(bareHost().state, desired)
    expect(failed).toEqual(
      E.left({
        code: 'step-failed',
        change: plan[2],
        cause: { code: 'host-refused', action: plan[2]?.kind, reason: 'failing on request' },
        executed: plan.slice(0, 2),
        observed: host.state,
      }),
    )
  })

  test('a host that never becomes what is wanted is named with what differs', async () => {
    const host = bareHost()
    const deaf = overriding(host, {
      execute: async (change) => (change.kind === 'set-mtu' ? E.right(undefined) : host.execute(change)),
    })
    const failed = await reconcile(deaf, { ...desired, mtuBytes: 1300 })
    expect(failed).toMatchObject({
      left: {
        code: 'did-not-converge',
        drift: [{ kind: 'interface-differs', field: 'mtuBytes', expected: 1300, found: 1420 }],
        observed: { interface: { mtuBytes: 1420 } },
      },
    })
    const attempts = E.isLeft(failed) ? failed.left.executed.filter(({ kind }) => kind === 'set-mtu') : []
    expect(attempts).toHaveLength(RECONCILE_ROUNDS)
  })

  test('an interface under another name is gone when one is made, and when none is wanted', async () => {
    const renamed = { ...emptyHost(sampleObservedAt), renamedTo: 'other0' }
    expect(describeDrift(renamed, undefined)).toEqual([{ kind: 'interface-unexpected' }])
    for (const [wanted, does] of [[desired, 'create-interface'] as const, [undefined, 'remove-interface'] as const]) {
      const host = bareHost()
      host.disturb((found) => ({ ...found, renamedTo: 'other0' }))
      expect(await reconcile(host, wanted)).toMatchObject({ right: { executed: { 0: { kind: does } } } })
      expect(host.state.renamedTo).toBeUndefined()
    }
  })

  test('a host that can not be read is not touched', async () => {
    const host = bareHost()
    const cause = { code: 'host-answer-unreadable', action: 'observe', reason: 'gibberish' } as const
    const blind = overriding(host, { observe: async () => E.left(cause) })
    expect(await reconcile(blind, desired)).toEqual(E.left({ code: 'observe-failed', cause, executed: [] }))
    expect(host.executed).toEqual([])
  })
})

describe('executePlan', () => {
  test('hands a whole plan to a driver that takes many changes at once', async () => {
    const host = bareHost()
    const plan = planChanges(host.state, desired)
    const asked: (typeof plan)[] = []
    const cause = { code: 'host-refused', action: 'set-peer', reason: 'no' } as const
    const driver = overriding(host, {
      executeAll: async (changes) => {
        asked.push(changes)
        return E.left({ done: 2, change: plan[2] ?? fail(), cause })
      },
    })
    const executed: (typeof plan)[number][] = []
    expect(await executePlan(driver, plan, executed)).toEqual({ change: plan[2], cause })
    expect(asked).toEqual([plan])
    expect(executed).toEqual(plan.slice(0, 2))
  })
})
