import { type HostDriver, heldUnderlayMtu, type UnderlayMtu } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'

/** The same driver, but what routers said of the way to peers is not forgotten between looks. */
export function holdingPathMtu(driver: HostDriver): HostDriver {
  let held: UnderlayMtu | undefined
  const all = driver.executeAll?.bind(driver)
  return {
    capabilities: driver.capabilities,
    observe: async () => {
      const observed = await driver.observe()
      if (E.isLeft(observed)) return observed
      held = heldUnderlayMtu(held, observed.right.underlayMtu)
      return E.right({ ...observed.right, underlayMtu: held })
    },
    execute: (change) => driver.execute(change),
    ...(all !== undefined && { executeAll: all }),
    close: () => driver.close(),
  }
}
