import * as E from 'fp-ts/lib/Either.js'
import type { HostDriver, HostDriverError } from '../ports/host-driver.js'
import { describeDrift, type HostDrift } from './describe-drift.js'
import type { DesiredHost } from './desired-host.js'
import type { HostChange } from './host-change.js'
import type { ObservedHost } from './observed-host.js'
import { type PlanContext, planChanges } from './plan-changes.js'

/** How often `reconcile` plans anew before it gives up: drift that comes in between is put right, a tug-of-war is not. */
export const RECONCILE_ROUNDS = 3

/** What was done, and what the host is like now. */
export interface ReconcileReport {
  /** In order, over all rounds; empty: nothing was to be done. */
  readonly executed: readonly HostChange[]
  /** Read back after the last step; equals what was desired. */
  readonly observed: ObservedHost
}

/** Why a host is not as desired, with everything that was done to it. */
export type ReconcileError =
  /** The host can't be read, so nothing is known about it. */
  | { readonly code: 'observe-failed'; readonly cause: HostDriverError; readonly executed: readonly HostChange[] }
  /** A step was refused. Of what follows it only peers were removed that nobody wants there any more. */
  | {
      readonly code: 'step-failed'
      readonly change: HostChange
      readonly cause: HostDriverError
      readonly executed: readonly HostChange[]
      /** The true state after the failure; `undefined` when it can't be read either. */
      readonly observed: ObservedHost | undefined
    }
  /** Every step succeeded, and still something differs: another program changes the host, or a driver is broken. */
  | {
      readonly code: 'did-not-converge'
      readonly drift: readonly HostDrift[]
      readonly executed: readonly HostChange[]
      readonly observed: ObservedHost
    }

/** What else is known. */
export interface ReconcileContext extends Pick<PlanContext, 'previousDesired'> {
  /** The host as it was just read; left out: it is read. */
  readonly observed?: ObservedHost
}

/**
 * Makes a host what it should be: observe, plan, carry out in order, observe again until nothing differs. Once that is so, the
 * same call does nothing. Never two at once on one driver: the caller queues them.
 */
export async function reconcile(
  driver: HostDriver,
  desired: DesiredHost | undefined,
  context: ReconcileContext = {},
): Promise<E.Either<ReconcileError, ReconcileReport>> {
  const executed: HostChange[] = []
  for (let round = 0; ; round++) {
    const known = round === 0 ? context.observed : undefined
    const observed = known === undefined ? await driver.observe() : E.right(known)
    if (E.isLeft(observed)) return E.left({ code: 'observe-failed', cause: observed.left, executed })
    const plan = planChanges(observed.right, desired, context)
    if (plan.length === 0) return E.right({ executed, observed: observed.right })
    if (round === RECONCILE_ROUNDS) {
      const drift = describeDrift(observed.right, desired, context)
      return E.left({ code: 'did-not-converge', drift, executed, observed: observed.right })
    }
    const doneBefore = executed.length
    const failure = await executePlan(driver, plan, executed)
    if (failure === undefined) continue
    await removeUnwanted(driver, plan.slice(executed.length - doneBefore), desired, executed)
    return E.left(await withTrueState(driver, failure, executed))
  }
}

/** A step that a driver refused. */
export interface FailedStep {
  readonly change: HostChange
  readonly cause: HostDriverError
}

/** Carries out a plan up to the first step that fails, adding each one that succeeded to `executed`. */
export async function executePlan(
  driver: HostDriver,
  plan: readonly HostChange[],
  executed: HostChange[],
): Promise<FailedStep | undefined> {
  if (driver.executeAll !== undefined) {
    const all = await driver.executeAll(plan)
    executed.push(...(E.isRight(all) ? plan : plan.slice(0, all.left.done)))
    return E.isRight(all) ? undefined : { change: all.left.change, cause: all.left.cause }
  }
  for (const change of plan) {
    const done = await driver.execute(change)
    if (E.isLeft(done)) return { change, cause: done.left }
    executed.push(change)
  }
  return undefined
}

/** Whatever else can't be done: who was thrown out of the mesh is not let in any longer. */
async function removeUnwanted(
  driver: HostDriver,
  left: readonly HostChange[],
  desired: DesiredHost | undefined,
  executed: HostChange[],
): Promise<void> {
  for (const change of left) {
    if (change.kind !== 'remove-peer' || desired?.peers.has(change.publicKey) === true) continue
    if (E.isRight(await driver.execute(change))) executed.push(change)
  }
}

async function withTrueState(
  driver: HostDriver,
  failure: FailedStep,
  executed: readonly HostChange[],
): Promise<ReconcileError> {
  const observed = await driver.observe()
  return { code: 'step-failed', ...failure, executed, observed: E.isRight(observed) ? observed.right : undefined }
}
