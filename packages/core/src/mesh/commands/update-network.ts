import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { networkIdCodec, networkNameCodec } from '../../values/index.js'
import { largeMapGet, largeMapValues } from '../large-map.js'
import { networkContentEq } from '../mesh-equality.js'
import type { MeshError } from '../mesh-error.js'
import type { Network } from '../mesh-state.js'
import { commandCodec } from './command-codec.js'
import { networkSettingsChangeCodec, rangeCodec } from './command-parts.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { gatewayBehindProblem } from './internet-use-rules.js'
import { networkRangesProblem, virtualPoolsProblem } from './range-rules.js'

/** Change a network. What is left out stays; name and ranges stay for ever once it had a node (A1). */
export type UpdateNetwork = t.TypeOf<typeof updateNetworkCodec>

export const updateNetworkCodec = commandCodec(
  'UpdateNetwork',
  { networkId: networkIdCodec },
  { name: networkNameCodec, range4: rangeCodec, range6: rangeCodec, settings: networkSettingsChangeCodec },
)

export const decideUpdateNetwork = (command: UpdateNetwork, state: ExistingMesh): Decision => {
  const { networkId, atEpochMs } = command
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return refuse({ code: 'network-unknown', networkId })
  const wanted = wantedContent(command, network)
  if (networkContentEq.equals(network, wanted)) return alreadySo
  const used = usedProblem(network, wanted)
  if (used !== undefined) return refuse(used)
  const behind = cascadeProblem(state, network, wanted)
  if (behind !== undefined) return refuse(behind)
  const namesake = largeMapGet(state.indexes.networkIdsByName, wanted.name)
  if (namesake !== undefined && namesake !== networkId)
    return refuse({ code: 'network-name-taken', name: wanted.name, networkId: namesake })
  const problem = rangesProblem(state, network, wanted)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'NetworkUpdated', atEpochMs, networkId, ...wanted }])
}

type NetworkContent = Pick<Network, 'name' | 'range4' | 'range6' | 'settings'>

const wantedContent = (command: UpdateNetwork, network: Network): NetworkContent => ({
  name: command.name ?? network.name,
  range4: command.range4 === undefined ? network.range4 : command.range4,
  range6: command.range6 === undefined ? network.range6 : command.range6,
  settings: { ...network.settings, ...command.settings },
})

/** Only of what changes: what is there may be older than a rule. */
const rangesProblem = (state: ExistingMesh, network: Network, wanted: NetworkContent): MeshError | undefined => {
  const { networkId } = network
  const rangesMove = wanted.range4 !== network.range4 || wanted.range6 !== network.range6
  const ofRanges = rangesMove ? networkRangesProblem(state, { networkId, ...wanted }) : undefined
  if (ofRanges !== undefined) return ofRanges
  const poolsMove = (['virtualPool4', 'virtualPool6'] as const).some(
    (pool) => wanted.settings[pool] !== network.settings[pool],
  )
  return rangesMove || poolsMove ? virtualPoolsProblem(state, { networkId, ...wanted }) : undefined
}

const usedProblem = (network: Network, wanted: NetworkContent): MeshError | undefined => {
  if (!network.everUsed) return undefined
  const field = (['name', 'range4', 'range6'] as const).find((each) => wanted[each] !== network[each])
  const { networkId, name } = network
  return field === undefined ? undefined : { code: 'network-used', networkId, name, field }
}

/** Gateways that are behind internet gateways must not be there before their network refuses that (D6). Looks at its nodes. */
const cascadeProblem = (state: ExistingMesh, network: Network, wanted: NetworkContent): MeshError | undefined => {
  const setting = 'gatewayBehindInternetGateway'
  if (wanted.settings[setting] === network.settings[setting] || wanted.settings[setting] === 'cascade') return undefined
  const refusing = { ...network, ...wanted }
  for (const hostId of [...largeMapValues(network.nodeIds)].sort()) {
    const host = largeMapGet(state.hosts, hostId)
    const problem =
      host === undefined ? undefined : gatewayBehindProblem(state, host, { isGateway: false, joining: [refusing] })
    if (problem !== undefined) return problem
  }
  return undefined
}
