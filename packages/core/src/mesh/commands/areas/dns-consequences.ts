import type { EpochMs, NetworkId } from '../../../values/index.js'
import { dnsRecordsOfNetwork, resolversOfNetwork } from '../../dns-queries.js'
import { largeMapGet } from '../../large-map.js'
import type { AreaConsequences } from '../removal.js'
import type { Unfolding } from '../unfolding.js'

/** Names and resolvers end with their network: all at once with its first node, or with itself where it has none. */
export const dnsConsequences: AreaConsequences = (removal, unfolding) => {
  const { atEpochMs } = removal
  if (removal.kind === 'network') return endAll(unfolding, removal.networkId, atEpochMs)
  if (removal.kind !== 'node' || removal.cause !== 'network-removed') return
  const node = largeMapGet(unfolding.state().nodes, removal.nodeId)
  if (node !== undefined) endAll(unfolding, node.networkId, atEpochMs)
}

const endAll = (unfolding: Unfolding, networkId: NetworkId, atEpochMs: EpochMs): void => {
  const cause = 'network-removed'
  for (const { dnsRecordId } of dnsRecordsOfNetwork(unfolding.state(), networkId))
    unfolding.emit({ type: 'DnsRecordRemoved', atEpochMs, dnsRecordId, networkId, cause })
  for (const { resolverId } of resolversOfNetwork(unfolding.state(), networkId))
    unfolding.emit({ type: 'ResolverRemoved', atEpochMs, resolverId, networkId, cause })
}
