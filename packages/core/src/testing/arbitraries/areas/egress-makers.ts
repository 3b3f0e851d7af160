import type { AddEgress } from '../../../mesh/commands/add-egress.js'
import type { EgressCommand } from '../../../mesh/commands/areas/egress-commands.js'
import { largeMapGet, largeMapKeys } from '../../../mesh/large-map.js'
import { type EgressId, egressId, type IpPrefix, ipPrefix, type NetworkId, nodeId } from '../../../values/index.js'
import { type CommandContext, someNetwork, someOf } from '../mesh-command-parts.js'
import type { CommandMakers } from './command-makers.js'

const someEgress = ({ draw, state }: CommandContext): EgressId =>
  someOf(draw, largeMapKeys(state.egresses), egressId('none'))

/** Sites that look alike, wider and narrower ones, parts of the mesh itself, and the internet. */
const someRanges = ({ draw }: CommandContext): readonly IpPrefix[] =>
  draw
    .pick([
      ['192.168.1.0/24'],
      ['192.168.2.0/24', '192.168.1.0/24', 'fd20::/64'],
      ['192.168.0.0/16'],
      ['10.0.0.0/8', '10.0.0.0/8'],
      ['fd20::/48'],
      ['0.0.0.0/0', '::/0'],
      ['0.0.0.0/0'],
      ['10.1.0.0/25'],
      ['100.64.0.0/28', '169.254.0.0/24'],
    ])
    .map(ipPrefix)

/** Mostly one for each of so many ranges. */
const someVirtual = ({ draw }: CommandContext, ranges: number): NonNullable<AddEgress['virtualRanges']> => {
  if (draw.oneIn(2)) return 'from-pool'
  const one = draw.pick(['100.64.1.0/24', '100.66.3.0/24', '10.2.0.0/24', '192.168.1.0/24'])
  return (ranges === 1 ? [one] : ['100.66.2.0/24', '100.66.1.0/24', 'fd66::/64']).map(ipPrefix)
}

const someRouters = ({ draw, state }: CommandContext, id: NetworkId | undefined): AddEgress['routers'] => {
  const network = id === undefined ? undefined : largeMapGet(state.networks, id)
  return Array.from({ length: draw.oneIn(15) ? 0 : draw.pick([1, 1, 1, 1, 2]) }, () => ({
    nodeId: someOf(draw, network === undefined ? [] : largeMapKeys(network.nodeIds), nodeId('nobody')),
    ...(draw.oneIn(2) ? { metric: draw.pick([100, 1]) } : {}),
    ...(draw.oneIn(4) ? { interfaceName: draw.pick(['eth0', null]) } : {}),
  }))
}

const isThere = {
  node: ({ nodes }: CommandContext['state']) => nodes.size > 0,
  egress: ({ egresses }: CommandContext['state']) => egresses.size > 0,
}

export const randomEgressCommands: CommandMakers<EgressCommand> = {
  makers: {
    AddEgress: (context) => {
      const { draw, atEpochMs, serial } = context
      const networkId = someNetwork(context)
      const ranges = someRanges(context)
      return {
        type: 'AddEgress',
        atEpochMs,
        egressId: draw.oneIn(12) ? someEgress(context) : egressId(`egress-${serial}`),
        networkId,
        name: draw.oneIn(8) ? 'Office' : `Egress ${serial}`,
        ranges,
        routers: someRouters(context, networkId),
        ...(draw.oneIn(3) ? { nat: false } : {}),
        ...(draw.oneIn(2) ? { virtualRanges: someVirtual(context, ranges.length) } : {}),
        ...(draw.oneIn(3) ? { returnRoute: 'external' } : {}),
        ...(draw.oneIn(4) ? { restricted: true } : {}),
        ...(draw.oneIn(8) ? { fallbackToWider: draw.oneIn(2) } : {}),
      }
    },
    UpdateEgress: (context) => {
      const { draw, atEpochMs, state } = context
      const id = someEgress(context)
      return {
        type: 'UpdateEgress',
        atEpochMs,
        egressId: id,
        ...(draw.oneIn(4) ? { name: draw.pick(['Office', 'Lab']) } : {}),
        ...(draw.oneIn(3) ? { ranges: someRanges(context) } : {}),
        ...(draw.oneIn(3) ? { routers: someRouters(context, largeMapGet(state.egresses, id)?.networkId) } : {}),
        ...(draw.oneIn(4) ? { nat: draw.oneIn(2), returnRoute: draw.pick(['none', 'external']) } : {}),
        ...(draw.oneIn(4)
          ? {
              virtualRanges: draw.oneIn(2)
                ? null
                : someVirtual(context, largeMapGet(state.egresses, id)?.ranges.length ?? 1),
            }
          : {}),
        ...(draw.oneIn(4) ? { restricted: draw.oneIn(2) } : {}),
      }
    },
    RemoveEgress: (context) => ({ type: 'RemoveEgress', atEpochMs: context.atEpochMs, egressId: someEgress(context) }),
  },
  weights: {
    AddEgress: [10, isThere.node],
    UpdateEgress: [4, isThere.egress],
    RemoveEgress: [1, isThere.egress],
  },
}
