/** What random commands are made of: small pools of everything, so that commands meet. */
import type { CreateNetwork } from '../../mesh/commands/create-network.js'
import type { RegisterHost } from '../../mesh/commands/register-host.js'
import type { EndpointCandidate } from '../../mesh/endpoint-candidate.js'
import { largeMapKeys, largeMapValues } from '../../mesh/large-map.js'
import type { KeyGateway, MeshState } from '../../mesh/mesh-state.js'
import {
  type EnrollmentKeyId,
  type EpochMs,
  enrollmentKeyId,
  epochMs,
  type HostId,
  hostCapabilities,
  hostId,
  hostName,
  type Ipv4Address,
  ipAddress,
  ipPrefix,
  isIpv4Address,
  lowestFreeAddress,
  type MemberId,
  type NetworkId,
  type NodeId,
  networkId,
  networkName,
  nodeId,
  type TagName,
  tagName,
  udpEndpoint,
} from '../../values/index.js'
import { sampleRegisterHost } from '../sample-mesh.js'
import type { Draw } from './draw.js'

/** What a command is made from: the state it meets, its time, and a number that no command before it had. */
export interface CommandContext {
  readonly draw: Draw
  readonly state: MeshState
  readonly atEpochMs: EpochMs
  readonly serial: number
}

/** One of what is there, the simplest first; now and then, and where there is nothing, somebody unknown. */
export const someOf = <Id extends string>(draw: Draw, ids: Iterable<Id>, unknown: Id): Id => {
  const [first, ...others] = [...ids].sort()
  return first === undefined || draw.oneIn(25) ? unknown : draw.pick([first, ...others])
}
export const someNetwork = ({ draw, state }: CommandContext): NetworkId =>
  someOf(draw, largeMapKeys(state.networks), networkId('nowhere'))
export const someHost = ({ draw, state }: CommandContext): HostId =>
  someOf(draw, largeMapKeys(state.hosts), hostId('nobody'))
export const someNode = ({ draw, state }: CommandContext): NodeId =>
  someOf(draw, largeMapKeys(state.nodes), nodeId('nobody'))
export const someKey = ({ draw, state }: CommandContext): EnrollmentKeyId =>
  someOf(draw, largeMapKeys(state.enrollmentKeys), enrollmentKeyId('none'))

/** Mostly a gateway where there is one. */
export const someKeyGateway = ({ draw, state }: CommandContext): KeyGateway | null =>
  draw.pick<() => KeyGateway | null>([
    () => null,
    () => ({ mode: 'manual', nodeId: someOf(draw, largeMapKeys(state.gateways), nodeId('nobody')) }),
    () => ({ mode: 'manual', nodeId: someOf(draw, largeMapKeys(state.gateways), nodeId('nobody')) }),
    () => ({ mode: 'auto' }),
  ])()
/** A node or a client. */
export const someMember = ({ draw, state }: CommandContext): MemberId =>
  someOf<MemberId>(draw, [...largeMapKeys(state.nodes), ...largeMapKeys(state.clients)], nodeId('nobody'))
/** Those that random policies name, too. */
export const someTag = ({ draw }: CommandContext): TagName => tagName(draw.pick(['web', 'db', 'printers']))

export const aboutNode = (context: CommandContext) => ({ atEpochMs: context.atEpochMs, nodeId: someNode(context) })

export const soon = ({ draw, atEpochMs }: CommandContext): EpochMs =>
  epochMs(Math.min(Math.max(0, atEpochMs + draw.pick([60_000, 600_000, 0, -60_000])), Number.MAX_SAFE_INTEGER))

export const networkContent = (draw: Draw): Omit<CreateNetwork, 'type' | 'atEpochMs' | 'networkId'> => {
  const number = 1 + draw.below(4)
  return {
    name: networkName(`office-${1 + draw.below(5)}`),
    range4: draw.pick([
      ipPrefix(`10.${number}.0.0/24`),
      ipPrefix(`10.${number}.0.0/30`),
      ipPrefix('10.0.0.0/14'),
      null,
      null,
    ]),
    range6: draw.pick([ipPrefix(`fd01:0:0:${number}::/64`), null, ipPrefix(`fd01:0:0:${number}::/120`), null]),
    settings: {
      keepaliveSeconds: draw.pick([25, 0]),
      mtuBytes: draw.pick([1420, 1280]),
      joinApproval: draw.pick(['automatic', 'automatic', 'required']),
      clientDns: [],
      ...(draw.oneIn(2)
        ? { virtualPool4: ipPrefix(draw.pick(['100.64.0.0/22', '100.64.1.0/24', '10.2.0.0/16'])) }
        : {}),
      ...(draw.oneIn(3) ? { virtualPool6: ipPrefix('fd64::/60') } : {}),
      privateUnderlay: !draw.oneIn(4),
      gatewayBehindInternetGateway: draw.pick(['cascade', 'refuse']),
    },
  }
}

export const hostFacts = (draw: Draw): Omit<RegisterHost, 'type' | 'atEpochMs' | 'hostId'> => {
  const number = 1 + draw.below(8)
  const { type: _type, hostId: _hostId, atEpochMs: _at, ...facts } = sampleRegisterHost(number)
  const other = sampleRegisterHost(1 + draw.below(8))
  return {
    ...facts,
    name: hostName(draw.pick(['alpha', 'beta', 'a'.repeat(63)])),
    wireguardKey: draw.oneIn(20) ? other.wireguardKey : facts.wireguardKey,
    controlAddress6: draw.oneIn(20) ? other.controlAddress6 : facts.controlAddress6,
    listenPort: draw.pick([51821, 51822, 65_535, 442]),
    endpoints: endpointsOf(draw),
    capabilities: draw.pick([hostCapabilities, ['isolate-networks', 'filter'], [], hostCapabilities]),
    ...enrolledFromOf(draw),
  }
}

const enrolledFromOf = (draw: Draw): Pick<RegisterHost, 'enrolledFrom'> => {
  const text = draw.pick([null, '203.0.113.1', '2001:db8::1', '203.0.113.2', '192.168.1.2', '127.0.0.1', undefined])
  return text === undefined ? {} : { enrolledFrom: text === null ? null : ipAddress(text) }
}

const endpointsOf = (draw: Draw): readonly EndpointCandidate[] =>
  Array.from({ length: draw.below(4) }, () => {
    const bad = draw.oneIn(40) ? draw.pick(['127.0.0.1', '10.1.0.9']) : undefined
    const address = bad ?? draw.pick(['203.0.113.1', '192.168.1.2', '203.0.113.2', '[2001:db8::1]'])
    const origin = draw.pick(['local', 'observed', 'declared'] as const)
    return { endpoint: udpEndpoint(`${address}:${draw.pick([51821, 51822, 1])}`), origin }
  })

export const wantedAddress4 = ({ draw, state }: CommandContext, id: NetworkId): Ipv4Address => {
  const network = [...largeMapValues(state.networks)].find((each) => each.networkId === id)
  const [first, ...others] = [...(network === undefined ? [] : largeMapKeys(network.holders))]
    .filter(isIpv4Address)
    .sort()
  const free = network?.pool4 == null ? undefined : lowestFreeAddress(network.pool4)
  const taken = first === undefined ? undefined : draw.pick([first, ...others])
  return (draw.pick([free, taken, undefined]) ??
    ipAddress(draw.pick(['10.1.0.5', '10.2.0.0', '192.0.2.1']))) as Ipv4Address
}
