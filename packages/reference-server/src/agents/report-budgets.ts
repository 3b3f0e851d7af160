import type { HostId } from '@meshfold/core'
import { HostBudgets } from '../host-budgets.js'

/** A machine whose addresses flap may report five times at once, then every two seconds; */
const AT_ONCE = { burst: 5, perSecond: 0.5 }
/** and one that does so for long, once a minute: two copies of a machine that take turns would fill the log otherwise. */
const FOR_LONG = { burst: 60, perSecond: 1 / 60 }

/** How often what hosts say of themselves is recorded. */
export class ReportBudgets {
  readonly #all: readonly HostBudgets[] = [new HostBudgets(AT_ONCE), new HostBudgets(FOR_LONG)]

  waitMs(hostId: HostId, nowMs: number): number {
    return Math.max(...this.#all.map((budgets) => budgets.waitMs(hostId, nowMs)))
  }

  take(hostId: HostId, nowMs: number): void {
    for (const budgets of this.#all) budgets.take(hostId, nowMs)
  }

  /** Lets go of hosts that are as if they had never reported. */
  letGo(nowMs: number): void {
    for (const budgets of this.#all) budgets.letGo(nowMs)
  }
}
