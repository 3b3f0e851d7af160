/** What happened to gateways, relays, auto-relay, internet gateways, in English. */
import type { NodeId } from '../../values/index.js'
import type { PathEvidence } from '../gateway-codecs.js'
import type { PairId } from '../mesh-state.js'
import type { Names } from '../names-in.js'
import type { EventLines } from './event-lines.js'
import type { GatewayEvent } from './gateway-events.js'

export const gatewayLines: EventLines<GatewayEvent> = {
  GatewayCreated: (e, name) =>
    `Node ${name.node(e.nodeId)} is a gateway from now on, ${autoRelayText(e.autoRelay)}, ${proofs[e.endpointProof]}`,
  GatewayUpdated: (e, name) => `Gateway ${name.node(e.nodeId)} is now ${autoRelayText(e.autoRelay)}`,
  GatewayRemoved: (e, name) => `Node ${name.node(e.nodeId)} is no gateway any more${why(e.cause)}`,

  RelayAssigned: (e, name) =>
    `Node ${name.node(e.nodeId)} is relayed by ${listOf(e.gatewayIds, name)}${e.mode === 'auto' ? ', chosen by the mesh' : ''}${why(e.cause)}`,
  RelayMoved: (e, name) =>
    `Node ${name.node(e.nodeId)} is relayed by ${listOf(e.gatewayIds, name)} now${why(e.cause)}${evidenceText(e.evidence, name)}`,
  RelayUnassigned: (e, name) => `Node ${name.node(e.nodeId)} is relayed no longer${why(e.cause)}`,
  GatewayRankingChanged: (e, name) =>
    `The gateways of node ${name.node(e.nodeId)} are now, in order, ${listOf(e.gatewayIds, name)}${evidenceText(e.evidence, name)}`,

  AutoRelayEngaged: (e, name) =>
    `Nodes ${e.nodeIds.map(name.node).join(' and ')} can't connect directly and use ${listOf(e.gatewayIds, name)}${evidenceText(e.evidence, name)}`,
  AutoRelayMoved: (e, name) =>
    `Nodes ${endsText(e.pairId, name)} use ${listOf(e.gatewayIds, name)} now${why(e.cause)}${evidenceText(e.evidence, name)}`,
  AutoRelayReleased: (e, name) => `Nodes ${endsText(e.pairId, name)} use no gateway any more${why(e.cause)}`,

  InternetGatewayEnabled: (e, name) => `Gateway ${name.node(e.nodeId)} leads to the internet from now on`,
  InternetGatewayDisabled: (e, name) => `Gateway ${name.node(e.nodeId)} leads to the internet no longer${why(e.cause)}`,
  RouteAllTrafficSet: (e, name) =>
    `Node ${name.node(e.nodeId)} sends ${e.routeAllTraffic ? 'all its traffic' : 'only what is for the mesh'} through its gateway${why(e.cause)}`,
  NodeTraitsUpdated: (e, name) =>
    `Node ${name.node(e.nodeId)} wants: without its internet gateway ${goneTexts[e.tunnel.whenGatewayGone]}, its local network ${e.tunnel.localNetwork} the tunnel, ${dnsTexts[e.tunnel.dns]}, auto-relay ${e.autoRelay}, ranges of its own LAN by ${lanTexts[e.ownLan]}`,
}

const autoRelayText = (on: boolean): string =>
  on ? 'open to pairs that need a relay' : 'closed to pairs that need a relay'

const proofs = {
  declared: 'at an endpoint that was declared',
  observed: 'at a public address of its own that was seen from outside',
  'private-underlay': 'in a network whose underlay is private',
}

const goneTexts = { block: 'nothing leaves', allow: 'its own internet' }
const dnsTexts = { tunnel: 'DNS through the tunnel', keep: 'its own resolver' }
const lanTexts = { own: 'its LAN', mesh: 'the mesh' }

const whys = {
  command: '',
  direct: 'they connect directly again',
  selection: 'it is the best choice',
  'own-choice': 'it moved by itself',
  'enrollment-key': 'its enrolment key says so',
  'internet-gateway': 'for its way to the internet',
  'internet-gateway-disabled': 'its internet gateway was switched off',
  'relay-changed': 'its gateway changed',
  'gateway-removed': 'the gateway is being removed',
  'gateway-away': 'the gateway takes no part',
  'gateway-came': 'a gateway is there',
  'auto-relay-off': 'the gateway no longer takes pairs',
  'end-relayed': 'one of them is relayed',
  'end-is-gateway': 'one of them is a gateway',
  'end-never-relayed': 'one of them must not be relayed',
  'node-left': 'the node is leaving',
  'network-removed': 'the network is being removed',
} as const

const why = (cause: keyof typeof whys): string => (whys[cause] === '' ? '' : `: ${whys[cause]}`)

const listOf = ([first, ...standbys]: readonly NodeId[], name: Names): string => {
  if (first === undefined) return 'no gateway yet'
  return standbys.length === 0
    ? name.node(first)
    : `${name.node(first)}, then ${standbys.map((id) => name.node(id)).join(', ')}`
}

const endsText = (pairId: PairId, name: Names): string =>
  pairId
    .split('+')
    .map((id) => name.node(id as NodeId))
    .join(' and ')

const evidenceText = (evidence: PathEvidence | null, name: Names): string => {
  const measured = (evidence?.measured ?? []).map(({ gatewayId, roundTripMs, otherRoundTripMs }) => {
    const times = [roundTripMs, otherRoundTripMs].flatMap((time) => (time === null ? [] : [Number(time.toFixed(1))]))
    return `${name.node(gatewayId)} ${times.length === 0 ? 'silent' : `${times.join(' + ')} ms`}`
  })
  return measured.length === 0 ? '' : ` (${measured.join(', ')})`
}
