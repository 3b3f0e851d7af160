/** An explanation in English, for a terminal: what policy says, then the way, line by line. */
import { largeMapGet } from '../mesh/large-map.js'
import { memberPrefixes } from '../mesh/members.js'
import type { MeshState, Network, TestEnd } from '../mesh/mesh-state.js'
import { takesPart } from '../mesh/takes-part.js'
import { endsOf } from '../policy/end.js'
import {
  type HostId,
  type IpAddress,
  ipFamilyOf,
  type PolicyId,
  prefixContainsAddress,
  prefixFamily,
} from '../values/index.js'
import type { Explanation, FlowExplanation } from './explain.js'
import type { DropReason, Trace, TraceHop } from './packet.js'
import { packetText } from './packet-text.js'

/** Lines without a line break at the end. */
export const describeExplanation = (state: MeshState, explanation: Explanation): readonly string[] => {
  const { from, to, traffic, flows } = explanation
  const [one, other] = [endName(state, from), endName(state, to)]
  const absences = [from, to].flatMap((end) => absenceText(state, end)).map((line) => `  ${line}`)
  if (flows.length === 0) return [`${one} to ${other}: ${nothingToFollow(state, explanation)}.`, ...absences]
  return flows.flatMap((flow) => [
    `${withAddress(one, flow.source)} to ${withAddress(other, flow.destination)}, ${packetText(traffic)}: ${outcomeText(flow)}`,
    ...absences,
    ...describeFlow(state, explanation, flow),
  ])
}

/** What leaves the mesh where it begins may well arrive: that is beyond what the mesh knows. */
const outcomeText = ({ works, request }: FlowExplanation): string => {
  if (request.verdict.kind === 'left-outside') return 'goes outside the mesh'
  return works ? 'works' : 'does not work'
}

const nothingToFollow = (state: MeshState, { from, to, networkId }: Explanation): string => {
  if (from.kind !== 'address' || to.kind === 'address') return 'they have no address of the same family'
  const network = largeMapGet(state.networks, networkId)
  if (network !== undefined && isInRange(network, from.address))
    return `nobody in network "${network.name}" has ${from.address}`
  const member = to.kind === 'node' ? largeMapGet(state.nodes, to.nodeId) : largeMapGet(state.clients, to.clientId)
  const addresses = member === undefined ? [] : memberPrefixes(member)
  return addresses.some((prefix) => prefixFamily(prefix) === ipFamilyOf(from.address))
    ? `${from.address} is in no range of an egress, so that nothing comes into the mesh from there`
    : 'they have no address of the same family'
}

const isInRange = ({ range4, range6 }: Network, address: IpAddress): boolean =>
  [range4, range6].some((range) => range !== null && prefixContainsAddress(range, address))

const describeFlow = (state: MeshState, explanation: Explanation, flow: FlowExplanation): readonly string[] => [
  `  policy: ${policyText(state, flow)}`,
  ...describeTrace(state, flow.request).map((line) => `  ${line}`),
  ...wayOut(state, explanation, flow).map((text) => `  way out: ${text}`),
  ...(flow.reply === null || flow.reply.verdict.kind === 'delivered'
    ? []
    : ['  and back:', ...describeTrace(state, flow.reply).map((line) => `  ${line}`)]),
]

const endName = (state: MeshState, end: TestEnd): string => {
  if (end.kind === 'address') return end.address
  if (end.kind === 'node') return largeMapGet(state.nodes, end.nodeId)?.name ?? end.nodeId
  return largeMapGet(state.clients, end.clientId)?.name ?? end.clientId
}

const withAddress = (name: string, address: string): string => (name === address ? name : `${name} (${address})`)

/** Why an end is not in the mesh now, though the mesh knows it. */
const absenceText = (state: MeshState, end: TestEnd): readonly string[] => {
  const name = endName(state, end)
  if (end.kind === 'client')
    return largeMapGet(state.clients, end.clientId)?.enabled === false ? [`${name} is disabled: enable the client`] : []
  const node = end.kind === 'node' ? largeMapGet(state.nodes, end.nodeId) : undefined
  if (node === undefined || takesPart(node)) return []
  if (node.expired) return [`${name} takes no part: it has expired`]
  return [`${name} takes no part: it ${node.approval === 'approved' ? 'is disconnected' : 'waits for approval'}`]
}

/** Without a policy two hosts aren't even peers: that is the reason then, whatever stops the packet. */
const wayOut = (
  state: MeshState,
  { networkId, to }: Explanation,
  { policy, works, destination, request: { verdict } }: FlowExplanation,
): readonly string[] => {
  const network = largeMapGet(state.networks, networkId)
  const isBeyond = to.kind === 'address' && network !== undefined && nobodyHas(state, network, to)
  if (!works && isBeyond && isInRange(network, destination))
    return [`nobody in network "${network.name}" has this address: ask for one that somebody has`]
  if (isBeyond && (verdict.kind === 'left-outside' || (verdict.kind === 'dropped' && verdict.reason === 'no-peer')))
    return [
      'nothing of the mesh leads there: add an egress with this address, or send all traffic through an internet gateway',
    ]
  if (verdict.kind === 'delivered') return []
  if (!policy.allowed) return ['add a policy from the one to the other for this traffic, or widen one']
  if (verdict.kind === 'left-outside') return []
  return [waysOut[verdict.reason] ?? []].flat()
}

/** Neither a member, nor a range that an egress leads to: the internet, if anything. */
const nobodyHas = (state: MeshState, network: Network, end: TestEnd): boolean =>
  endsOf(state, network, end, end).every(({ kind }) => kind === 'internet')

const waysOut: { readonly [R in DropReason]?: string } = {
  'host-down': 'bring it back, or wait: those who use it miss it within seconds, and go by what stands by',
  'no-peer': 'connect the node, or give it a gateway that takes part',
  'not-forwarding': 'choose a gateway whose driver can forward',
  'control-address': 'use an address of the network',
  'fail-closed': 'give the node another internet gateway, or let it send outside while there is none',
}

const policyText = (state: MeshState, { policy, works, request }: FlowExplanation): string => {
  const [first] = request.hops
  if (first?.from === null && first.action === 'delivered') return 'is not asked: it stays on the host'
  if (!policy.allowed && works)
    return 'nothing allows it, but what a host itself sends to its own clients and ranges passes no filter'
  if (!policy.allowed) return 'nothing allows it'
  return policy.by === 'everyone' ? 'everyone may talk to everyone' : `allowed by ${policyName(state, policy.by)}`
}

const policyName = (state: MeshState, policyId: PolicyId): string => {
  const name = largeMapGet(state.policies, policyId)?.name
  return name === undefined ? `policy ${policyId}` : `policy "${name}"`
}

const describeTrace = (state: MeshState, { hops, verdict }: Trace): readonly string[] => [
  ...hops.map((hop) => describeHop(state, hop)),
  ...(verdict.kind === 'delivered' && verdict.source === 'masqueraded'
    ? ['it is seen under the address of the last host']
    : []),
]

const describeHop = (state: MeshState, { hostId, action, why: reason }: TraceHop): string => {
  const host = hostName(state, hostId)
  const why = reason === null ? null : withPolicyName(state, reason)
  switch (action) {
    case 'sent':
      return `${host} sends it into the tunnel`
    case 'forwarded':
      return `${host} passes it on${why === null ? '' : `: ${why}`}`
    case 'delivered':
      return `${host} lets it in${why === null ? '' : `: ${why}`}`
    case 'left-outside':
      return `${host} sends it outside the mesh`
    case 'dropped':
      return `${host} drops it: ${dropTexts[reason as DropReason] ?? why}`
  }
}

/** Hops name a policy by its id. */
const withPolicyName = (state: MeshState, why: string): string => {
  const [, policyId] = /^policy (.+)$/.exec(why) ?? []
  return policyId === undefined ? why : policyName(state, policyId as PolicyId)
}

const hostName = (state: MeshState, hostId: HostId): string => {
  const name = largeMapGet(state.hosts, hostId)?.name
  return name === undefined ? `host ${hostId}` : `host "${name}"`
}

const dropTexts: { readonly [R in DropReason]: string } = {
  'host-down': 'it is gone, or not in the mesh',
  'no-underlay-path': 'the next host can not be reached in the underlay',
  'no-peer': 'none of its peers has the destination',
  'not-a-peer': 'it does not know the sender as a peer',
  'source-not-of-peer': 'the source is not that of the peer it came from',
  'input-filter': 'no policy lets it in',
  'forward-filter': 'no policy lets it pass',
  'not-forwarding': 'it does not forward: its driver can not',
  'control-address': 'control addresses are for the mesh itself',
  'fail-closed': 'there is no internet gateway now, and the node blocks rather than leaks',
  'hop-limit': 'it went round in circles',
}
