import type { NodeId } from '../../../values/index.js'
import { letsIn } from '../../enrollment-key-validity.js'
import { largeMapHas, largeMapValues } from '../../large-map.js'
import type { EnrollmentKey, KeyGateway } from '../../mesh-state.js'
import type { AreaConsequences, Removal } from '../removal.js'
import type { Unfolding } from '../unfolding.js'

/** Enrolment keys that lose their gateway move to another or are suspended (B3); nobody joins unrelayed who was to be relayed. */
export const enrollmentConsequences: AreaConsequences = (removal, unfolding) => {
  if (removal.kind !== 'gateway' && removal.kind !== 'node') return
  const { nodeId, atEpochMs } = removal
  if (!largeMapHas(unfolding.state().gateways, nodeId)) return
  const next = nextGateway(removal)
  for (const { keyId } of keysWith(nodeId, removal, unfolding)) {
    if (next === 'none-left') unfolding.emit({ type: 'EnrollmentKeySuspended', atEpochMs, keyId })
    else unfolding.emit({ type: 'EnrollmentKeyUpdated', atEpochMs, keyId, gateway: next })
  }
}

/** With its network the wish to be relayed there ends; keys that lead nowhere else were revoked before. */
const nextGateway = (removal: Extract<Removal, { kind: 'gateway' | 'node' }>): KeyGateway | null | 'none-left' => {
  if (removal.kind === 'node') return removal.cause === 'network-removed' ? null : 'none-left'
  return removal.moveTo === null ? 'none-left' : { mode: 'manual', nodeId: removal.moveTo }
}

const keysWith = (gatewayId: NodeId, { atEpochMs }: Removal, unfolding: Unfolding): readonly EnrollmentKey[] =>
  [...largeMapValues(unfolding.state().enrollmentKeys)]
    .filter((key) => key.gateway?.mode === 'manual' && key.gateway.nodeId === gatewayId)
    .filter((key) => !key.suspended && letsIn(key, atEpochMs))
    .sort((one, other) => (one.keyId < other.keyId ? -1 : 1))
