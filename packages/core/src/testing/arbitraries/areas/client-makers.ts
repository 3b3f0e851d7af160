import type { AddClient } from '../../../mesh/commands/add-client.js'
import type { ClientCommand } from '../../../mesh/commands/areas/client-commands.js'
import { largeMapGet, largeMapKeys } from '../../../mesh/large-map.js'
import type { MeshState, Network } from '../../../mesh/mesh-state.js'
import {
  type ClientId,
  clientId,
  deviceId,
  highestFreeAddress,
  hostId,
  hostName,
  hostPrefix,
  type IpPrefix,
  ipAddress,
  ipPrefix,
  type NodeId,
  nodeId,
  type WireguardPublicKey,
} from '../../../values/index.js'
import { sampleClientKey, sampleRegisterHost } from '../../sample-mesh.js'
import { type CommandContext, hostFacts, someNetwork, someNode, someOf } from '../mesh-command-parts.js'
import type { CommandMakers } from './command-makers.js'
import { someUser } from './user-makers.js'

const someClient = ({ draw, state }: CommandContext): ClientId =>
  someOf(draw, largeMapKeys(state.clients), clientId('none'))

/** A node that is no gateway at times. */
const someGateway = (context: CommandContext): NodeId =>
  context.draw.oneIn(20)
    ? someNode(context)
    : someOf(context.draw, largeMapKeys(context.state.gateways), nodeId('none'))

const networkOf = (state: MeshState, gatewayId: NodeId): Network | undefined => {
  const gateway = largeMapGet(state.gateways, gatewayId)
  return gateway === undefined ? undefined : largeMapGet(state.networks, gateway.networkId)
}

const someKey = ({ draw }: CommandContext): WireguardPublicKey =>
  draw.oneIn(12) ? sampleRegisterHost(1 + draw.below(8)).wireguardKey : sampleClientKey(1 + draw.below(12))

/** What networks of random histories have: free, taken, a subnet, one that is somewhere else. */
const someAddresses = ({ draw }: CommandContext, network: Network | undefined): readonly IpPrefix[] => {
  const taken = [...(network === undefined ? [] : largeMapKeys(network.holders))].sort()[0]
  const highest = network?.pool4 == null ? undefined : highestFreeAddress(network.pool4)
  const start = network?.range4?.slice(0, network.range4.indexOf('.0.0/')) ?? '10.1'
  return Array.from({ length: draw.below(3) }, () =>
    draw.pick([
      hostPrefix(highest ?? ipAddress('10.1.0.200')),
      ipPrefix(`${start}.0.${draw.pick(['64/29', '72/29', '64/28', '0/29', '70/32'])}`),
      hostPrefix(taken ?? ipAddress('10.2.0.1')),
      ipPrefix(draw.pick(['fd01:0:0:1::40/124', 'fd01:0:0:2::9/128', '192.0.2.1/32'])),
    ]),
  )
}

const someExtra = ({ draw }: CommandContext): readonly IpPrefix[] =>
  Array.from({ length: draw.below(3) }, () =>
    ipPrefix(
      draw.pick(['192.168.40.0/24', '192.168.41.0/24', '172.20.0.1/32', '10.3.0.0/24', 'fd77::/64', '127.0.0.0/8']),
    ),
  )

const someContent = (
  context: CommandContext,
  network: Network | undefined,
): Omit<AddClient, 'type' | 'atEpochMs' | 'clientId' | 'gatewayId' | 'name' | 'publicKey'> => {
  const { draw, state } = context
  return {
    ...(draw.oneIn(3) ? { addresses: someAddresses(context, network) } : {}),
    ...(draw.oneIn(4) ? { additionalAddresses: someExtra(context) } : {}),
    ...(draw.oneIn(3) ? { prefixesBehind: someExtra(context) } : {}),
    ...(draw.oneIn(4) ? { dns: draw.pick([null, [], [ipAddress('10.1.0.1')]]) } : {}),
    ...(draw.oneIn(6) ? { postUp: draw.pick([['echo up'], [' echo up ', ''], ['a\nb'], ['x'.repeat(2000)]]) } : {}),
    ...(draw.oneIn(6) ? { postDown: draw.pick([['echo down'], ['echo # down']]) } : {}),
    ...(draw.oneIn(3) ? { fullTunnel: draw.oneIn(2) } : {}),
    ...(state.users.size > 0 && draw.oneIn(3) ? { ownerUserId: draw.oneIn(4) ? null : someUser(context) } : {}),
    ...(draw.oneIn(6) ? { keyVaulted: draw.oneIn(2) } : {}),
  }
}

const someName = ({ draw, serial }: CommandContext) =>
  hostName(draw.oneIn(4) ? draw.pick(['alpha', 'beta']) : `device-${serial}`)

const aboutClient = (context: CommandContext) => ({ atEpochMs: context.atEpochMs, clientId: someClient(context) })

const hasGateway = (state: MeshState) => state.gateways.size > 0
const hasClient = (state: MeshState) => state.clients.size > 0

export const randomClientCommands: CommandMakers<ClientCommand> = {
  makers: {
    AddClient: (context) => {
      const gatewayId = someGateway(context)
      const { draw, atEpochMs, serial } = context
      return {
        type: 'AddClient',
        atEpochMs,
        clientId: draw.oneIn(12)
          ? draw.pick([someClient(context), clientId(someNode(context))])
          : clientId(`client-${serial}`),
        gatewayId,
        name: someName(context),
        publicKey: someKey(context),
        ...someContent(context, networkOf(context.state, gatewayId)),
      }
    },
    ConnectDevice: (context) => {
      const { draw, atEpochMs, serial } = context
      return {
        type: 'ConnectDevice',
        atEpochMs,
        userId: someUser(context),
        deviceId: deviceId(draw.pick(['phone', 'laptop'])),
        gatewayId: someGateway(context),
        clientId: clientId(`client-${serial}`),
        name: someName(context),
        publicKey: someKey(context),
        ...(draw.oneIn(3) ? { fullTunnel: draw.oneIn(2) } : {}),
        ...(draw.oneIn(6) ? { keyVaulted: draw.oneIn(2) } : {}),
      }
    },
    EnrollDevice: (context) => {
      const { draw, atEpochMs, serial } = context
      const gatewayId = someGateway(context)
      const network = networkOf(context.state, gatewayId)
      return {
        type: 'EnrollDevice',
        atEpochMs,
        userId: someUser(context),
        deviceId: deviceId(draw.pick(['phone', 'laptop'])),
        networkId: network === undefined || draw.oneIn(12) ? someNetwork(context) : network.networkId,
        gateway: draw.oneIn(3) ? { mode: 'auto' } : { mode: 'manual', nodeId: gatewayId },
        hostId: hostId(`device-host-${serial}`),
        nodeId: nodeId(`device-node-${serial}`),
        ...hostFacts(draw),
      }
    },
    UpdateClient: (context) => {
      const id = someClient(context)
      const { draw, state } = context
      const client = largeMapGet(state.clients, id)
      const network = client === undefined ? undefined : largeMapGet(state.networks, client.networkId)
      return {
        type: 'UpdateClient',
        atEpochMs: context.atEpochMs,
        clientId: id,
        ...(draw.oneIn(3) ? { name: someName(context) } : {}),
        ...(draw.oneIn(3) ? { publicKey: someKey(context) } : {}),
        ...someContent(context, network),
      }
    },
    MoveClient: (context) => ({ type: 'MoveClient', ...aboutClient(context), gatewayId: someGateway(context) }),
    DisableClient: (context) => ({ type: 'DisableClient', ...aboutClient(context) }),
    EnableClient: (context) => ({ type: 'EnableClient', ...aboutClient(context) }),
    RemoveClient: (context) => ({ type: 'RemoveClient', ...aboutClient(context) }),
    RecordClientConfig: (context) => ({
      type: 'RecordClientConfig',
      ...aboutClient(context),
      hash: context.draw.pick(['0123456789abcdef', 'fedcba9876543210']),
    }),
  },
  weights: {
    AddClient: [8, hasGateway],
    ConnectDevice: [6, (state) => hasGateway(state) && state.users.size > 0],
    EnrollDevice: [5, (state) => hasGateway(state) && state.users.size > 0],
    UpdateClient: [5, hasClient],
    MoveClient: [3, hasClient],
    DisableClient: [3, hasClient],
    EnableClient: [2, hasClient],
    RemoveClient: [2, hasClient],
    RecordClientConfig: [2, hasClient],
  },
}
