import type { IpPrefix } from '../values/index.js'

/** How a host reaches ranges outside the mesh by its own routes. */
export interface WaysOutside {
  /** Interfaces, the own one left out, that are up and have a carrier. */
  readonly linksUp: readonly string[]
  /** By which of them packets to a range leave, or to parts of it; none: nothing leads there. */
  readonly interfaces: ReadonlyMap<IpPrefix, readonly string[]>
}
