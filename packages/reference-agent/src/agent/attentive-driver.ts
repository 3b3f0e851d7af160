import { type HostDriver, heldUnderlayMtu, type IpPrefix, type UnderlayMtu } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/**
 * The same driver, which looks at the ways to these ranges with every look, and does not forget between looks what routers said of the way
 * to peers.
 */
export function attentiveDriver(driver: HostDriver, rangesOutside: () => readonly IpPrefix[]): HostDriver {
  let held: UnderlayMtu | undefined
  const all = driver.executeAll?.bind(driver)
  const tunnel = driver.observeTunnel?.bind(driver)
  return {
    capabilities: driver.capabilities,
    observe: async (wish) => {
      const observed = await driver.observe({ ...wish, rangesOutside: rangesOutside() })
      if (E.isLeft(observed)) return observed
      held = heldUnderlayMtu(held, observed.right.underlayMtu)
      return E.right({ ...observed.right, underlayMtu: held })
    },
    execute: (change) => driver.execute(change),
    ...(tunnel !== undefined && { observeTunnel: tunnel }),
    ...(all !== undefined && { executeAll: all }),
    close: () => driver.close(),
  }
}
