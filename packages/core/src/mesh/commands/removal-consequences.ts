/**
 * What goes along when something is removed: the table of contents. Each area says in its `areas/<area>-consequences.ts` what of
 * its own refers to the removed, and emits an event for each consequence, before the removal itself is emitted: the log
 * explains itself.
 */
import { clientConsequences } from './areas/client-consequences.js'
import { dnsConsequences } from './areas/dns-consequences.js'
import { egressConsequences } from './areas/egress-consequences.js'
import { enrollmentConsequences } from './areas/enrollment-consequences.js'
import { endGatewayOfNode, gatewayConsequences } from './areas/gateway-consequences.js'
import { policyConsequences } from './areas/policy-consequences.js'
import { userConsequences } from './areas/user-consequences.js'
import type { AreaConsequences } from './removal.js'

/** Everything that goes along, in an order in which each step leaves a sound state. */
export const emitConsequences: AreaConsequences = (removal, unfolding) => {
  // Keys first: no key that lets anybody in names a gateway that isn't there.
  enrollmentConsequences(removal, unfolding)
  // Before clients: automatic nodes and pairs move first (B3).
  gatewayConsequences(removal, unfolding, emitConsequences)
  clientConsequences(removal, unfolding, emitConsequences)
  // Before egresses: no policy names one that isn't there.
  policyConsequences(removal, unfolding)
  egressConsequences(removal, unfolding)
  dnsConsequences(removal, unfolding)
  userConsequences(removal, unfolding)
  // Last: no client or policy names a gateway that isn't there.
  endGatewayOfNode(removal, unfolding)
}
