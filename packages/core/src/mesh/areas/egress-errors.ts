/** Why commands about egress are refused: data here, and each one's English below. */
import {
  type EgressId,
  type HostId,
  type HostName,
  type IpFamily,
  type IpPrefix,
  type NetworkName,
  type NodeId,
  prefixFamily,
} from '../../values/index.js'
import type { HostSystem } from '../mesh-state.js'
import { type RangeOwner, rangeOwnerText } from '../range-owner.js'
import { haveFilter, type RefusalTexts } from './refusal-texts.js'

/** Why commands about egress are refused. */
export type EgressError =
  | { readonly code: 'egress-unknown'; readonly egressId: EgressId }
  /** The id belongs to an egress with other content. */
  | { readonly code: 'egress-id-taken'; readonly egressId: EgressId; readonly name: string }
  /** Another egress of the network has the name. */
  | {
      readonly code: 'egress-name-taken'
      readonly name: string
      readonly egressId: EgressId
      readonly networkName: NetworkName
    }
  | { readonly code: 'egress-needs-router'; readonly name: string }
  /** The node belongs to another network, `home`. */
  | {
      readonly code: 'egress-router-elsewhere'
      readonly nodeId: NodeId
      readonly networkName: NetworkName
      readonly home: string
    }
  /** One node is named as router twice, on different terms. */
  | { readonly code: 'egress-router-twice'; readonly nodeId: NodeId; readonly name: HostName }
  /** The router's driver can't do what the egress needs. */
  | {
      readonly code: 'egress-router-unable'
      readonly hostId: HostId
      readonly name: HostName
      readonly capability: 'forward' | 'nat' | 'prefix-map'
    }
  /** The router's kernel can't masquerade IPv6 (E2). */
  | {
      readonly code: 'nat66-unsupported'
      readonly hostId: HostId
      readonly name: HostName
      readonly ranges: readonly IpPrefix[]
    }
  /** Without NAT and with several routers nobody sees to the way back (E6). */
  | { readonly code: 'egress-needs-return-route'; readonly name: string; readonly routers: number }
  /** Equal to, or inside, a range of the mesh or a client's: who sends there means them (E5). */
  | { readonly code: 'egress-range-inside'; readonly range: IpPrefix; readonly owner: RangeOwner }
  /** Another egress of the network has that very range, and neither has a virtual one (E5). */
  | {
      readonly code: 'egress-range-taken'
      readonly range: IpPrefix
      readonly egressId: EgressId
      readonly name: string
    }
  /** An egress's virtual range lies around one of its real ones. */
  | { readonly code: 'virtual-range-around-real'; readonly range: IpPrefix; readonly virtualRange: IpPrefix }
  /** Not one for each range, in their order, of the same family and size. */
  | { readonly code: 'virtual-ranges-mismatch'; readonly ranges: readonly IpPrefix[] }
  /** Two ranges of an egress that has virtual ones share addresses: the way back would be ambiguous. */
  | { readonly code: 'virtual-ranges-overlap'; readonly ranges: readonly [IpPrefix, IpPrefix] }
  /** A virtual range is to be taken, and the network has no pool of that family (E8). */
  | {
      readonly code: 'virtual-pool-missing'
      readonly range: IpPrefix
      readonly family: IpFamily
      readonly networkName: NetworkName
    }
  /** The pool has no free prefix of the range's size. */
  | {
      readonly code: 'virtual-pool-full'
      readonly range: IpPrefix
      readonly pool: IpPrefix
      readonly networkName: NetworkName
    }
  /** An egress of /0 is that and nothing else (E4). `halves`: its ranges are all addresses without saying so. */
  | {
      readonly code: 'internet-egress-unfit'
      readonly name: string
      readonly reason: 'other-ranges' | 'virtual-ranges' | 'fallback' | 'halves'
    }
  /** Only Linux routes /0 (D1, E4). */
  | {
      readonly code: 'internet-egress-needs-linux'
      readonly hostId: HostId
      readonly name: HostName
      readonly os: HostSystem['os']
    }
  /** The router of /0 would itself use an internet gateway (D3, E10). */
  | { readonly code: 'internet-egress-chained'; readonly hostId: HostId; readonly name: HostName }
  /** Hosts would have egresses of /0 in two networks, and no internet gateway that goes before (D2, E4). `hosts`: the first ten. */
  | {
      readonly code: 'internet-egresses-two'
      readonly networkName: NetworkName
      readonly hosts: readonly HostName[]
      readonly count: number
    }

export const egressRefusals: RefusalTexts<EgressError> = {
  'egress-unknown': ({ egressId }) => `There is no egress ${egressId}. List the egresses to find the right id.`,
  'egress-id-taken': ({ egressId, name }) =>
    `The id ${egressId} is egress "${name}" already, with other content. Update that egress, or take a fresh id.`,
  'egress-name-taken': ({ name, networkName }) =>
    `Network "${networkName}" has an egress "${name}" already. Choose another name.`,
  'egress-needs-router': ({ name }) =>
    `Egress "${name}" would have no router. Name at least one node, or remove the egress.`,
  'egress-router-elsewhere': ({ nodeId, networkName }, names) =>
    `Node ${names.node(nodeId)} is not of network "${networkName}". Name a node of that network: its host may join it.`,
  'egress-router-twice': ({ name }) => `Node "${name}" is named as router twice, on different terms. Name it once.`,
  'egress-router-unable': ({ name, capability }) =>
    `Host "${name}" ${unable[capability]}: its driver lacks the capability ${capability}. Choose another router${wayOut[capability]}, or ${haveFilter}.`,
  'nat66-unsupported': ({ name, ranges }) =>
    `Host "${name}" can't masquerade IPv6 towards ${listed(ranges)}: its kernel lacks it. Choose another router, switch NAT off, or leave the IPv6 ranges out.`,
  'egress-needs-return-route': ({ name, routers }) =>
    `Egress "${name}" has ${routers} routers and no NAT: the network behind must send answers to whichever is active. Say that this is seen to (returnRoute external), switch NAT on, or keep one router.`,
  'egress-range-inside': ({ range, owner }) =>
    `${range} is, or lies inside, ${rangeOwnerText(owner)}. Choose another range, or one that lies around it.`,
  'egress-range-taken': ({ range, name }) =>
    `${range} is a range of egress "${name}" already. Give one of the two a virtual range, or add routers to that egress.`,
  'virtual-range-around-real': ({ range, virtualRange }) =>
    `The virtual range ${virtualRange} holds ${range}, which the egress leads to. Choose a virtual range elsewhere.`,
  'virtual-ranges-mismatch': ({ ranges }) =>
    `Virtual ranges must match the ranges ${listed(ranges)}. Give one for each, in this order, of the same family and size.`,
  'virtual-ranges-overlap': ({ ranges: [one, other] }) =>
    `${one} and ${other} share addresses, so virtual ranges for both can't be told apart. Leave the narrower one out, or make an egress of its own for it.`,
  'virtual-pool-missing': ({ range, family, networkName }) =>
    `Network "${networkName}" has no pool to take an IPv${family} virtual range for ${range} from. Give a virtual range, or set the network's virtualPool${family}.`,
  'virtual-pool-full': ({ range, pool, networkName }) =>
    `The pool ${pool} of network "${networkName}" has no free prefix as large as ${range}. Give a virtual range, or set a larger virtualPool${prefixFamily(pool)}.`,
  'internet-egress-unfit': ({ name, reason }) => internetUnfit[reason](name),
  'internet-egress-needs-linux': ({ name, os }) =>
    `Host "${name}" runs ${os}; only Linux routes the internet for others. Choose a Linux host as router.`,
  'internet-egress-chained': ({ name }) =>
    `Host "${name}" uses an internet gateway, so it can't be the way to the internet for others. Remove it from that gateway first, or choose another router.`,
  'internet-egresses-two': ({ networkName, hosts, count }) =>
    `${hosts.map((host) => `"${host}"`).join(', ')}${count > hosts.length ? ` and ${count - hosts.length} more hosts` : ''} would have an egress of /0 in network "${networkName}" and in another one. Keep such an egress in one of a host's networks, or give the hosts an internet gateway, which goes before.`,
}

const unable = { forward: "can't route", nat: "can't masquerade IPv4", 'prefix-map': "can't map prefixes" }
const wayOut = { forward: '', nat: ', or switch NAT off', 'prefix-map': ', or leave the virtual ranges out' }

const internetUnfit = {
  'other-ranges': (name: string) =>
    `Egress "${name}" has other ranges besides /0. Make an egress of their own for them, or leave them out.`,
  'virtual-ranges': (name: string) => `Egress "${name}" is one of /0, which has no virtual ranges. Leave them out.`,
  fallback: (name: string) =>
    `Egress "${name}" is one of /0, and there is nothing wider to fall back to. Leave fallbackToWider out.`,
  halves: (name: string) =>
    `The ranges of egress "${name}" are the whole internet in pieces. Give 0.0.0.0/0 or ::/0 if that is meant.`,
}

const listed = (ranges: readonly IpPrefix[]): string =>
  `${ranges.slice(0, 5).join(', ')}${ranges.length > 5 ? ` and ${ranges.length - 5} more` : ''}`
