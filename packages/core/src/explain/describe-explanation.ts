/** An explanation in English, for a terminal: what policy says, then the way, line by line. */
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, PolicyId } from '../values/index.js'
import type { Explanation, FlowExplanation } from './explain.js'
import type { DropReason, Trace, TraceHop } from './packet.js'

/** Lines without a line break at the end. */
export const describeExplanation = (state: MeshState, explanation: Explanation): readonly string[] =>
  explanation.flows.length === 0
    ? ['The two ends have no address of the same family.']
    : explanation.flows.flatMap((flow) => describeFlow(state, flow))

const describeFlow = (state: MeshState, flow: FlowExplanation): readonly string[] => [
  `${flow.source} to ${flow.destination}: ${flow.works ? 'works' : 'does not work'}`,
  `  policy: ${policyText(state, flow)}`,
  ...describeTrace(state, flow.request).map((line) => `  ${line}`),
  ...(flow.reply === null || flow.reply.verdict.kind === 'delivered'
    ? []
    : ['  and back:', ...describeTrace(state, flow.reply).map((line) => `  ${line}`)]),
]

const policyText = (state: MeshState, { policy }: FlowExplanation): string => {
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

const describeHop = (state: MeshState, { hostId, action, why }: TraceHop): string => {
  const host = hostName(state, hostId)
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
      return `${host} drops it: ${dropTexts[why as DropReason] ?? why}`
  }
}

const hostName = (state: MeshState, hostId: HostId): string => {
  const name = largeMapGet(state.hosts, hostId)?.name
  return name === undefined ? `host ${hostId}` : `host "${name}"`
}

const dropTexts: { readonly [R in DropReason]: string } = {
  'host-down': 'it is gone, or not in the mesh',
  'no-underlay-path': 'the next host can not be reached in the underlay',
  'no-peer': 'none of its peers has the destination; connect the node, or give it a gateway',
  'not-a-peer': 'it does not know the sender as a peer; add a policy that lets either talk to the other',
  'source-not-of-peer': 'the source is not that of the peer it came from',
  'input-filter': 'no policy lets it in; add one, or widen one to this traffic',
  'forward-filter': 'no policy lets it pass; add one, or widen one to this traffic',
  'not-forwarding': 'it does not forward: its driver can not',
  'control-address': 'control addresses are for the mesh itself; use an address of the network',
  'fail-closed': 'there is no internet gateway now, and the node blocks rather than leaks',
  'hop-limit': 'it went round in circles',
}
