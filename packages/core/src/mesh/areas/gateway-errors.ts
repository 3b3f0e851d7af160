/** Why commands about gateways, relays, auto-relay, internet gateways are refused: data here, and each one's English below. */
import type { HostName, NetworkName, NodeId } from '../../values/index.js'
import type { PairId } from '../mesh-state.js'
import { haveFilter, type RefusalTexts } from './refusal-texts.js'

/** Hosts that a rule stands against: their names, ten at most, and how many there are. */
export interface ConcernedHosts {
  readonly hosts: readonly HostName[]
  readonly count: number
}

/** The node that a rule stands against; `name` is its id where there is no such node. */
export interface ConcernedNode {
  readonly nodeId: NodeId
  readonly name: string
}

/** Why commands about gateways, relays, auto-relay and internet gateways are refused. */
export type GatewayError =
  /** The node is no gateway, or isn't there. */
  | { readonly code: 'gateway-unknown'; readonly nodeId: NodeId }
  /** The node is a gateway already, on other terms. */
  | ({ readonly code: 'gateway-exists' } & ConcernedNode)
  /** The node waits for approval, is disconnected or expired. */
  | ({ readonly code: 'gateway-node-inactive' } & ConcernedNode)
  /** Nobody could reach it (B1). */
  | { readonly code: 'gateway-needs-public-endpoint'; readonly hostName: HostName; readonly networkName: NetworkName }
  /** The host's driver can't pass packets on (B1). */
  | { readonly code: 'gateway-needs-forwarding'; readonly hostName: HostName }
  /** The node is relayed, or has an automatic gateway (B2). */
  | ({ readonly code: 'gateway-node-relayed'; readonly mode: 'manual' | 'auto' } & ConcernedNode)
  /** A gateway may have internet gateways only, and only those that were named (B2, D6). */
  | ({ readonly code: 'gateway-not-relayed' } & ConcernedNode)
  /** A host would have a gateway and use an internet gateway, and these of its networks don't allow that (D6). */
  | ({
      readonly code: 'gateway-behind-internet-gateway'
      readonly networkNames: readonly NetworkName[]
    } & ConcernedHosts)
  /** Assigned nodes or clients would be left without a gateway (B3). */
  | ({
      readonly code: 'gateway-has-dependents'
      readonly nodes: number
      readonly clients: number
    } & ConcernedNode)
  | { readonly code: 'gateway-elsewhere'; readonly nodeId: NodeId; readonly networkName: NetworkName }
  /** The gateway takes no part now. */
  | ({ readonly code: 'gateway-away' } & ConcernedNode)
  | { readonly code: 'gateway-of-itself'; readonly nodeId: NodeId }
  | { readonly code: 'gateway-named-twice'; readonly nodeId: NodeId }
  | { readonly code: 'internet-gateway-needs-linux'; readonly name: HostName; readonly os: string }
  | { readonly code: 'internet-gateway-needs-nat'; readonly name: HostName }
  | ({ readonly code: 'internet-gateway-unknown' } & ConcernedNode)
  /** These hosts would use two internet gateways (D2). */
  | ({ readonly code: 'internet-gateway-second' } & ConcernedHosts)
  /** These hosts would use an internet gateway and lead to the internet themselves (D3, E10). */
  | ({
      readonly code: 'internet-gateway-chained'
      readonly reason: 'is-internet-gateway' | 'routes-internet' | 'uses-internet-gateway'
    } & ConcernedHosts)
  | ({ readonly code: 'node-not-relayed' } & ConcernedNode)
  /** The mesh may order an automatic list only; a named one stays as it was named. */
  | ({ readonly code: 'relay-not-automatic' } & ConcernedNode)
  /** Its gateway is chosen by the mesh: it was not connected by hand. */
  | ({ readonly code: 'relay-automatic' } & ConcernedNode)
  /** The node moved by itself since, and the gateway it moved to is there. */
  | ({ readonly code: 'relay-chosen-by-node' } & ConcernedNode)
  /** A node with all traffic routed has its internet gateways first (D8). */
  | ({ readonly code: 'relay-order-unfit' } & ConcernedNode)
  /** A vector may order what a node or pair was given, not add to it. */
  | { readonly code: 'gateway-not-in-list'; readonly gatewayId: NodeId }
  | ({ readonly code: 'route-all-needs-internet-gateway' } & ConcernedNode)
  /** Another node of the host sends everything through its internet gateway (D4). */
  | ({ readonly code: 'route-all-elsewhere'; readonly networkName: string } & ConcernedNode)
  /** Its gateway sends all it has through an internet gateway (D6). */
  | ({ readonly code: 'route-all-by-gateway' } & ConcernedNode)
  | { readonly code: 'full-tunnel-unsupported'; readonly hostName: HostName }
  | { readonly code: 'auto-relay-unknown'; readonly pairId: PairId }
  | { readonly code: 'auto-relay-needs-two-nodes'; readonly nodeId: NodeId }
  | { readonly code: 'auto-relay-across-networks'; readonly nodeIds: readonly NodeId[] }
  /** C3: it must not be relayed by a gateway that nobody named, is relayed already, is a gateway, or takes no part. */
  | ({
      readonly code: 'auto-relay-end-unfit'
      readonly reason: 'never' | 'relayed' | 'gateway' | 'inactive'
    } & ConcernedNode)
  | ({ readonly code: 'auto-relay-off' } & ConcernedNode)

export const gatewayRefusals: RefusalTexts<GatewayError> = {
  'gateway-unknown': ({ nodeId }, names) =>
    `Node ${names.node(nodeId)} is no gateway. Make it one first, or choose one that is.`,
  'gateway-exists': ({ name }) => `Node "${name}" is a gateway already, on other terms. Update it instead.`,
  'gateway-node-inactive': ({ name }) =>
    `Node "${name}" takes no part in its network. Approve, connect or renew it first.`,
  'gateway-needs-public-endpoint': ({ hostName, networkName }) =>
    `Host "${hostName}" has no public endpoint by which others could reach it. Declare one for the host, give it a public address of its own, or set privateUnderlay for network "${networkName}" where its hosts reach each other at private addresses.`,
  'gateway-needs-forwarding': ({ hostName }) =>
    `Host "${hostName}" can't pass packets on: its driver lacks the capability forward. Choose another host, or ${haveFilter}.`,
  'gateway-node-relayed': ({ name, mode }) =>
    `Node "${name}" ${mode === 'auto' ? 'has an automatic gateway' : 'is relayed by a gateway'}, so it can't be one. Unassign its relay first.`,
  'gateway-not-relayed': ({ name }) =>
    `Node "${name}" is a gateway and can't be relayed. Assign internet gateways only, where its networks allow cascades, or remove the gateway first.`,
  'gateway-behind-internet-gateway': ({ hosts, count, networkNames }) =>
    `${hostsText(hosts, count)} would be behind an internet gateway and have a gateway, which ${networksText(networkNames)} to refuse. Set gatewayBehindInternetGateway to "cascade" there, or use another host.`,
  'gateway-has-dependents': ({ name, nodes, clients }) =>
    `Without gateway "${name}", ${counted(nodes, 'node')} and ${counted(clients, 'client')} would have none. Say which gateway they move to, or that they shall be let go.`,
  'gateway-elsewhere': ({ nodeId, networkName }, names) =>
    `Node ${names.node(nodeId)} is not of network "${networkName}". Choose a gateway or node of that network.`,
  'gateway-away': ({ name }) =>
    `Gateway "${name}" takes no part in its network now. Connect or renew it first, or choose another.`,
  'gateway-of-itself': ({ nodeId }, names) => `Node ${names.node(nodeId)} can't be its own gateway. Choose another.`,
  'gateway-named-twice': ({ nodeId }, names) => `Gateway ${names.node(nodeId)} is named twice. Name each once.`,

  'internet-gateway-needs-linux': ({ name, os }) =>
    `Host "${name}" runs ${os}; only Linux can be an internet gateway. Choose a Linux host.`,
  'internet-gateway-needs-nat': ({ name }) =>
    `Host "${name}" can't masquerade: its driver lacks the capability nat. Choose another host, or ${haveFilter}.`,
  'internet-gateway-unknown': ({ name }) =>
    `Node "${name}" is no internet gateway. Switch internet access on for the gateway first, or choose another.`,
  'internet-gateway-second': ({ hosts, count }) =>
    `${hostsText(hosts, count)} would use two internet gateways; a host uses one at most, whatever networks it is in. Unassign the other first, or leave ${count === 1 ? 'it' : 'them'} out.`,
  'internet-gateway-chained': ({ hosts, count, reason }) =>
    `${hostsText(hosts, count)} ${chainedTexts[reason]}, and ways to the internet can't be chained. Switch one of the two off first.`,

  'node-not-relayed': ({ name }) => `Node "${name}" has no gateway. Assign one first.`,
  'relay-not-automatic': ({ name }) =>
    `The gateways of node "${name}" were named by hand. Assign others, or give it an automatic gateway.`,
  'relay-automatic': ({ name }) =>
    `The gateway of node "${name}" is chosen automatically. Assign gateways by hand, or unassign its relay.`,
  'relay-chosen-by-node': ({ name }) =>
    `Node "${name}" moved to its gateway by itself, and the gateway is there. Leave that one first, or assign gateways by hand.`,
  'relay-order-unfit': ({ name }) =>
    `Node "${name}" sends everything through its gateway. Put internet gateways first, or switch that off.`,
  'gateway-not-in-list': ({ gatewayId }, names) =>
    `Node ${names.node(gatewayId)} is none of the gateways in the list. Assign it first.`,

  'route-all-needs-internet-gateway': ({ name }) =>
    `Node "${name}" has no internet gateway to send everything through. Assign one first.`,
  'route-all-elsewhere': ({ name, networkName }) =>
    `The host sends everything through the internet gateway of its node "${name}" in network "${networkName}" already. Switch that off first.`,
  'route-all-by-gateway': ({ name }) =>
    `The gateway of node "${name}" sends everything through an internet gateway, for its nodes too. Switch that off at the gateway, or assign another gateway.`,
  'full-tunnel-unsupported': ({ hostName }) =>
    `Host "${hostName}" can't send everything through a gateway: its driver lacks the capability full-tunnel. Leave it in split tunnel, or ${haveFilter}.`,

  'auto-relay-unknown': ({ pairId }) => `The pair ${pairId} uses no gateway. List the pairs that do.`,
  'auto-relay-needs-two-nodes': ({ nodeId }, names) =>
    `Node ${names.node(nodeId)} is no pair with itself. Name two nodes.`,
  'auto-relay-across-networks': ({ nodeIds }, names) =>
    `Nodes ${nodeIds.map(names.node).join(' and ')} are of different networks, which stay apart. Name two nodes of one network.`,
  'auto-relay-end-unfit': ({ name, reason }) => `Node "${name}" ${endTexts[reason]}`,
  'auto-relay-off': ({ name }) =>
    `Gateway "${name}" takes no pairs. Switch auto-relay on for it, or choose another gateway.`,
}

const chainedTexts = {
  'is-internet-gateway': 'would use an internet gateway and be one',
  'routes-internet': 'would use an internet gateway and route the internet as egress for others',
  'uses-internet-gateway': 'would be an internet gateway and use one',
} as const

const endTexts = {
  never: 'must not be relayed by gateways that nobody named. Allow auto-relay for it, or assign a gateway.',
  relayed: 'is relayed by its own gateway. Unassign that first, or leave the pair as it is.',
  gateway: 'is a gateway, which others reach directly. Repair its endpoint instead.',
  inactive: 'takes no part in its network. Approve, connect or renew it first.',
} as const

const hostsText = (hosts: readonly HostName[], count: number): string => {
  const names = hosts.map((name) => `"${name}"`).join(', ')
  const more = count > hosts.length ? ` and ${count - hosts.length} more` : ''
  return `${count === 1 ? 'Host' : 'Hosts'} ${names}${more}`
}

const networksText = (names: readonly NetworkName[]): string =>
  `${names.length === 1 ? 'network' : 'networks'} ${names
    .slice(0, 10)
    .map((name) => `"${name}"`)
    .join(', ')} ${names.length === 1 ? 'is' : 'are'} set`

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
