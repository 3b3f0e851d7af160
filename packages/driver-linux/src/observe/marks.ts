/** Whose a link is, by the alias that this driver puts on those that it makes. */
import { aliasOf, OWN_INTERFACE_ALIAS } from '../linux-pitfalls.js'
import type { IpLinkEntry } from './parse-ip-json.js'

type Marked = Pick<IpLinkEntry, 'ifname' | 'ifalias'>

/** Whether the driver made this link under the name that it has. Earlier versions left the name out. */
export const isMarkedOurs = ({ ifname, ifalias }: Marked): boolean =>
  ifalias === aliasOf(ifname) || ifalias === OWN_INTERFACE_ALIAS

/** Whether the driver made this link under that name, and somebody gave it another. */
export const isMarkedRenamed = ({ ifname, ifalias }: Marked, madeAs: string): boolean =>
  ifname !== madeAs && ifalias === aliasOf(madeAs)

/** Whether the link is of a mesh, this one or another. */
export const isOfAnyMesh = ({ ifalias }: Marked): boolean =>
  ifalias === OWN_INTERFACE_ALIAS || ifalias?.startsWith(aliasOf('')) === true
