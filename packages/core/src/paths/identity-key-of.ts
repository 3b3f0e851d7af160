import { hostFragmentId, nodeFragmentId } from '../host-config/fragment-id.js'
import type { FragmentTable } from '../host-config/fragment-table.js'
import { heldOf } from '../host-config/leads-to.js'
import type { HostId, IdentityPublicKey } from '../values/index.js'

/** By which a host's vectors are checked: of a direct peer, or of a relayed node that is known; `undefined`: of nobody known. */
export const identityKeyOf = (table: FragmentTable, hostId: HostId): IdentityPublicKey | undefined => {
  const host = heldOf(table, hostFragmentId(hostId), 'host')
  if (host !== undefined) return host.identityKey
  for (const nodeId of table.nodesByHost.get(hostId) ?? []) {
    const key = heldOf(table, nodeFragmentId(nodeId), 'node')?.identityKey
    if (key !== undefined && key !== null) return key
  }
  return undefined
}
