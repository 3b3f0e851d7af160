import * as E from 'fp-ts/lib/Either.js'
import type { HostDriver } from '../../ports/host-driver.js'
import type { DesiredHost } from '../../reconcile/desired-host.js'
import type { HostChange } from '../../reconcile/host-change.js'
import { reconcile } from '../../reconcile/reconcile.js'
import type { WireguardPublicKey } from '../../values/index.js'
import { capabilityNeededBy } from './scenarios.js'

/** A bare host on which the kit may do as it likes. */
export interface HostUnderTest {
  /** Opens a driver, as a process does that knows nothing of earlier ones. */
  readonly open: () => Promise<HostDriver>
  /** Public halves of two private keys; the host holds the first until told otherwise. */
  readonly keys: readonly [WireguardPublicKey, WireguardPublicKey]
  /** Makes the host hold the private half of one of `keys` from now on. */
  readonly hold: (key: WireguardPublicKey) => Promise<void>
  /** All that the operating system shows of what a driver might leave, as JSON can compare it. Not asked through the driver. */
  readonly snapshot: () => Promise<unknown>
  /** Frees what the case left. Called once, also after a failed case. */
  readonly dispose: () => Promise<void>
}

/** What the kit needs: a test runner and hosts. */
export interface HostDriverConformanceOptions {
  /** A group of cases, as test runners have it. */
  readonly describe: (name: string, body: () => void) => void
  /** One case, as test runners have it. */
  readonly test: (name: string, body: () => Promise<void>) => void
  /** A host for each case. */
  readonly createHost: () => Promise<HostUnderTest>
  /** Legs of the random walk; 8 where left out. More find more and take longer. */
  readonly walkLength?: number
  /** Of the random walk, to repeat one that failed; 1 where left out. */
  readonly seed?: number
}

/** What one case gets. */
export interface HostCaseContext {
  readonly host: HostUnderTest
  /** The first driver opened on it. */
  readonly driver: HostDriver
  readonly walkLength: number
  readonly seed: number
}

/** One thing that every driver must do. */
export interface HostDriverCase {
  readonly name: string
  readonly run: (context: HostCaseContext) => Promise<void>
}

/** Runs a case on a host of its own. */
export async function runCase(hostCase: HostDriverCase, options: HostDriverConformanceOptions): Promise<void> {
  const host = await options.createHost()
  try {
    const { walkLength = 8, seed = 1 } = options
    await hostCase.run({ host, driver: await host.open(), walkLength, seed })
  } finally {
    await host.dispose()
  }
}

/** Reconciles; throws when that does not end with the desired host. */
export async function bringTo(driver: HostDriver, desired: DesiredHost | undefined): Promise<void> {
  const report = await reconcile(driver, desired)
  if (E.isLeft(report)) throw new Error(`the host did not become what was desired: ${JSON.stringify(report.left)}`)
}

/** Whether a capability that the driver declares missing covers the change. */
export function isDeclined(driver: HostDriver, change: HostChange): boolean {
  const needed = capabilityNeededBy[change.kind]
  return needed !== undefined && !driver.capabilities[needed].supported
}
