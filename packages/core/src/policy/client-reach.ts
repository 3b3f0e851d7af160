import { egressRangesSeen, isInternetEgress } from '../mesh/egress-queries.js'
import { largeMapGet } from '../mesh/large-map.js'
import { memberPrefixes, setsOfClient } from '../mesh/members.js'
import type { Client, Egress, MeshState, Network } from '../mesh/mesh-state.js'
import { type IpPrefix, prefixSetsOverlap } from '../values/index.js'
import { compileForwarding } from './compile-forwarding.js'
import { egressPrefixes, type SetRef } from './set-ref.js'

export interface ReachedEgress {
  readonly egress: Egress
  readonly prefixes: readonly IpPrefix[]
}

/**
 * What of its network's egresses a client may begin to talk to, or may hear of, about anything at all: what its file leads into the mesh
 * besides members (B5). A site that may begin is answered only by who has it in the file. Asked of a disabled one, what it would be. Egresses that nobody serves are left out.
 */
export const egressesOfClient = (state: MeshState, network: Network, client: Client): readonly ReachedEgress[] => {
  const keys = new Set([`client:${client.clientId}`, ...setsOfClient(state, network, client)])
  const own = memberPrefixes(client)
  const isMeant = (ref: SetRef): boolean => {
    switch (ref.kind) {
      case 'everyone':
        return true
      case 'set':
        return keys.has(ref.key)
      case 'prefixes':
        return prefixSetsOverlap(ref.prefixes, own)
      case 'egress':
        return false
    }
  }
  return [...compileForwarding(state, network).egressRules].flatMap(([egressId, { inward, outward }]) => {
    const egress = largeMapGet(state.egresses, egressId)
    const parts = [
      ...inward.filter(({ from }) => from.some(isMeant)).map(({ to }) => to),
      ...outward.filter(({ to }) => to.some(isMeant)).map(({ from }) => from),
    ]
    if (egress === undefined || egress.routers.length === 0 || parts.length === 0) return []
    const isWhole = parts.includes(null)
    // A way to the internet stays one whole: with holes in it, nobody would take it for that.
    const whole = () => (isInternetEgress(egress) ? egressRangesSeen(egress) : egressPrefixes(state, network, egress))
    const prefixes = isWhole ? whole() : parts.flatMap((part) => part ?? [])
    return [{ egress, prefixes }]
  })
}
