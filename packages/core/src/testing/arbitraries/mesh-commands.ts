import { largeMapValues } from '../../mesh/large-map.js'
import type { MeshCommandOf, MeshCommandType } from '../../mesh/mesh-command.js'
import {
  enrollmentKeyId,
  hostId,
  hostName,
  type Ipv6Address,
  ipAddress,
  ipPrefix,
  meshId,
  networkId,
  nodeId,
} from '../../values/index.js'
import { sampleCreateMesh, sampleRegisterHost } from '../sample-mesh.js'
import { randomClientCommands } from './areas/client-makers.js'
import { randomDnsCommands } from './areas/dns-makers.js'
import { randomEgressCommands } from './areas/egress-makers.js'
import { randomGatewayCommands } from './areas/gateway-makers.js'
import { randomPolicyCommands } from './areas/policy-makers.js'
import { randomUserCommands, someUser } from './areas/user-makers.js'
import {
  aboutNode,
  type CommandContext,
  hostFacts,
  networkContent,
  someHost,
  someKey,
  someKeyGateway,
  someMember,
  someNetwork,
  someNode,
  someTag,
  soon,
  wantedAddress4,
} from './mesh-command-parts.js'

/** One maker for each type of command; a new type without one doesn't compile. */
export const commandMakers: { readonly [T in MeshCommandType]: (context: CommandContext) => MeshCommandOf<T> } = {
  CreateMesh: ({ draw, atEpochMs }) =>
    sampleCreateMesh({
      atEpochMs,
      meshId: meshId(draw.pick(['mesh-1', 'mesh-1', 'mesh-2'])),
      controlRange4: draw.pick([ipPrefix('198.19.0.0/16'), ipPrefix('198.19.0.0/29'), ipPrefix('10.1.0.0/16')]),
      ephemeralGraceSeconds: draw.pick([600, 60]),
    }),
  UpdateMeshSettings: ({ draw, atEpochMs }) => ({
    type: 'UpdateMeshSettings',
    atEpochMs,
    ...(draw.oneIn(2) ? { domain: draw.pick(['mesh.internal', 'example.net']) } : {}),
    ...(draw.oneIn(2) ? { controlRange4: draw.pick([ipPrefix('10.9.0.0/16'), ipPrefix('10.0.0.0/8')]) } : {}),
    ...(draw.oneIn(2) ? { ephemeralGraceSeconds: draw.pick([1, 60]) } : {}),
  }),
  RaiseMeshEpoch: ({ atEpochMs }) => ({ type: 'RaiseMeshEpoch', atEpochMs }),

  CreateNetwork: (context) => ({
    type: 'CreateNetwork',
    atEpochMs: context.atEpochMs,
    networkId: networkId(`net-${1 + context.draw.below(4)}`),
    ...networkContent(context.draw),
  }),
  UpdateNetwork: (context) => {
    const { draw, atEpochMs } = context
    const { name, range4, range6, settings } = networkContent(draw)
    const named = draw.oneIn(4) ? { name } : {}
    const ranged = draw.oneIn(4) ? { range4, range6 } : {}
    return { type: 'UpdateNetwork', atEpochMs, networkId: someNetwork(context), ...named, ...ranged, settings }
  },
  RemoveNetwork: (context) => ({
    type: 'RemoveNetwork',
    atEpochMs: context.atEpochMs,
    networkId: someNetwork(context),
    evenWithNodes: context.draw.oneIn(2),
  }),

  RegisterHost: (context) => ({
    type: 'RegisterHost',
    atEpochMs: context.atEpochMs,
    hostId: context.draw.oneIn(12) ? someHost(context) : hostId(`host-${context.serial}`),
    ...hostFacts(context.draw),
  }),
  EnrollHost: (context) => {
    const { draw, state, atEpochMs, serial } = context
    const keyId = someKey(context)
    const key = [...largeMapValues(state.enrollmentKeys)].find((each) => each.keyId === keyId)
    const secretHash = draw.oneIn(12) ? 'f'.repeat(64) : (key?.secretHash ?? 'a'.repeat(64))
    const freshNodeIds = ['a', 'b', 'c', 'd']
      .slice(draw.oneIn(20) ? 3 : 0)
      .map((end) => nodeId(`node-${serial}-${end}`))
    const { type: _type, ...facts } = commandMakers.RegisterHost(context)
    return { ...facts, type: 'EnrollHost', atEpochMs, keyId, secretHash, freshNodeIds }
  },
  ReportHostEndpoints: (context) => {
    const { listenPort, endpoints } = hostFacts(context.draw)
    const localPrefixes = context.draw.pick([[], [ipPrefix('192.168.1.0/24')]])
    const { atEpochMs } = context
    return { type: 'ReportHostEndpoints', atEpochMs, hostId: someHost(context), listenPort, endpoints, localPrefixes }
  },
  ReportHostResolvers: ({ draw, ...context }) => ({
    type: 'ReportHostResolvers',
    atEpochMs: context.atEpochMs,
    hostId: someHost({ draw, ...context }),
    resolvers: draw
      .pick([[], ['192.168.1.1'], ['9.9.9.9', '2620:fe::fe'], ['9.9.9.9', '9.9.9.9'], ['198.19.0.1'], ['127.0.0.53']])
      .map(ipAddress),
  }),
  UpdateHost: (context) => {
    const { draw, atEpochMs } = context
    const { name, listenPort, capabilities } = hostFacts(draw)
    return {
      type: 'UpdateHost',
      atEpochMs,
      hostId: someHost(context),
      ...(draw.oneIn(2) ? { name } : {}),
      ...(draw.oneIn(2) ? { listenPort } : {}),
      ...(draw.oneIn(3) ? { capabilities, mtuBytes: draw.pick([null, 1280]) } : {}),
    }
  },
  SetHostOwner: (context) => ({
    type: 'SetHostOwner',
    atEpochMs: context.atEpochMs,
    hostId: someHost(context),
    userId: context.draw.oneIn(4) ? null : someUser(context),
  }),
  RotateHostKey: (context) => {
    const { draw, atEpochMs, serial } = context
    const { wireguardKey } = draw.oneIn(4) ? hostFacts(draw) : sampleRegisterHost(100 + serial)
    return { type: 'RotateHostKey', atEpochMs, hostId: someHost(context), wireguardKey }
  },
  ExcludeHostPrefixes: (context) => ({
    type: 'ExcludeHostPrefixes',
    atEpochMs: context.atEpochMs,
    hostId: someHost(context),
    prefixes: context.draw.pick([[], ['192.168.1.0/24', '10.8.0.0/16'], ['203.0.113.0/24']]).map(ipPrefix),
  }),
  RemoveHost: (context) => ({ type: 'RemoveHost', atEpochMs: context.atEpochMs, hostId: someHost(context) }),

  JoinNetwork: (context) => {
    const { draw, atEpochMs, serial } = context
    const network = someNetwork(context)
    return {
      type: 'JoinNetwork',
      atEpochMs,
      networkId: network,
      hostId: someHost(context),
      nodeId: draw.oneIn(12) ? someNode(context) : nodeId(`node-${serial}`),
      name: draw.oneIn(4) ? hostName(draw.pick(['alpha', 'beta'])) : null,
      address4: draw.oneIn(4) ? wantedAddress4(context, network) : null,
      address6: draw.oneIn(8) ? (ipAddress(draw.pick(['fd01:0:0:1::5', 'fd01:0:0:1::'])) as Ipv6Address) : null,
      ephemeral: draw.oneIn(2),
      expiresAtEpochMs: draw.oneIn(4) ? soon(context) : null,
    }
  },
  ApproveNode: (context) => ({ type: 'ApproveNode', ...aboutNode(context) }),
  ConnectNode: (context) => ({ type: 'ConnectNode', ...aboutNode(context) }),
  DisconnectNode: (context) => ({ type: 'DisconnectNode', ...aboutNode(context) }),
  UpdateNode: (context) => ({
    type: 'UpdateNode',
    ...aboutNode(context),
    expiresAtEpochMs: context.draw.oneIn(3) ? null : soon(context),
  }),
  ExpireNode: (context) => ({ type: 'ExpireNode', ...aboutNode(context) }),
  RemoveNode: (context) => ({ type: 'RemoveNode', ...aboutNode(context) }),
  MarkNodeAway: (context) => ({
    type: 'MarkNodeAway',
    ...aboutNode(context),
    lastContactAtEpochMs: context.draw.oneIn(3) ? soon(context) : context.atEpochMs,
  }),
  MarkNodeReturned: (context) => ({ type: 'MarkNodeReturned', ...aboutNode(context) }),
  RemoveAwayNode: (context) => ({ type: 'RemoveAwayNode', ...aboutNode(context) }),
  AssignTag: (context) => ({
    type: 'AssignTag',
    atEpochMs: context.atEpochMs,
    memberId: someMember(context),
    tag: someTag(context),
  }),
  UnassignTag: (context) => ({
    type: 'UnassignTag',
    atEpochMs: context.atEpochMs,
    memberId: someMember(context),
    tag: someTag(context),
  }),

  CreateEnrollmentKey: (context) => {
    const { draw, atEpochMs, serial } = context
    return {
      type: 'CreateEnrollmentKey',
      atEpochMs,
      keyId: draw.oneIn(10) ? someKey(context) : enrollmentKeyId(`key-${serial}`),
      name: draw.pick(['Laptops', 'Servers', 'Robots']),
      secretHash: draw.pick(['a', 'b']).repeat(64),
      networkIds: draw.oneIn(3) ? [someNetwork(context), someNetwork(context)] : [someNetwork(context)],
      maxUses: draw.oneIn(2) ? 1 + draw.below(2) : null,
      expiresAtEpochMs: draw.oneIn(3) ? soon(context) : null,
      preApproved: draw.oneIn(2),
      ephemeral: draw.oneIn(2),
      ...(draw.oneIn(3) ? { gateway: someKeyGateway(context) } : {}),
      ...(draw.oneIn(3) ? { tags: [someTag(context), someTag(context)] } : {}),
    }
  },
  UpdateEnrollmentKey: (context) => ({
    type: 'UpdateEnrollmentKey',
    atEpochMs: context.atEpochMs,
    keyId: someKey(context),
    gateway: someKeyGateway(context),
  }),
  RevokeEnrollmentKey: (context) => ({
    type: 'RevokeEnrollmentKey',
    atEpochMs: context.atEpochMs,
    keyId: someKey(context),
  }),

  ...randomClientCommands.makers,
  ...randomDnsCommands.makers,
  ...randomEgressCommands.makers,
  ...randomGatewayCommands.makers,
  ...randomPolicyCommands.makers,
  ...randomUserCommands.makers,
}
