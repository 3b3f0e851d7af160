import type { ClientId, EgressId, HostName, IpPrefix, NetworkId, NetworkName } from '../values/index.js'

/** Who has a range that another one may not touch. */
export type RangeOwner =
  | { readonly kind: 'network'; readonly networkId: NetworkId; readonly name: NetworkName; readonly range: IpPrefix }
  | { readonly kind: 'control'; readonly range: IpPrefix }
  /** A virtual range of an egress (E8). */
  | { readonly kind: 'virtual'; readonly egressId: EgressId; readonly name: string; readonly range: IpPrefix }
  /** Where a network's virtual ranges come from. */
  | { readonly kind: 'pool'; readonly networkId: NetworkId; readonly name: NetworkName; readonly range: IpPrefix }
  /** What an egress leads to: a range of the mesh around it would hide it (E5). */
  | { readonly kind: 'egress'; readonly egressId: EgressId; readonly name: string; readonly range: IpPrefix }
  /** What a client brings along from outside its network's ranges (B4). */
  | { readonly kind: 'client'; readonly clientId: ClientId; readonly name: HostName; readonly range: IpPrefix }

/** Whose range that is, to be put into a sentence. */
export const rangeOwnerText = (owner: RangeOwner): string => {
  switch (owner.kind) {
    case 'network':
      return `${owner.range} of network "${owner.name}"`
    case 'control':
      return `the mesh's control range ${owner.range}`
    case 'virtual':
      return `${owner.range}, a virtual range of egress "${owner.name}"`
    case 'pool':
      return `${owner.range}, from which network "${owner.name}" takes virtual ranges`
    case 'egress':
      return `${owner.range} of egress "${owner.name}"`
    case 'client':
      return `${owner.range} of client "${owner.name}"`
  }
}
