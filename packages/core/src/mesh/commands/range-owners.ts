/** Whose which range of addresses is, in the whole mesh. */
import {
  type ClientId,
  type EgressId,
  type IpAddress,
  ipFamilyOf,
  type NetworkId,
  prefixContainsAddress,
  prefixFamily,
} from '../../values/index.js'
import { largeMapValues } from '../large-map.js'
import type { RangeOwner } from '../mesh-error.js'
import type { Client, MeshState } from '../mesh-state.js'

/** What is left out of sight: that which is about to get other ranges. */
interface Exception {
  readonly networkId?: NetworkId
  readonly egressId?: EgressId
}

/** Ranges of the mesh itself: of networks, control addresses, virtual ranges. No two of them overlap. */
export const meshRanges = (state: MeshState, except: Exception = {}): readonly RangeOwner[] => {
  const owners: RangeOwner[] = []
  for (const { networkId, name, range4, range6 } of largeMapValues(state.networks)) {
    if (networkId === except.networkId) continue
    for (const range of [range4, range6]) if (range !== null) owners.push({ kind: 'network', networkId, name, range })
  }
  for (const { egressId, name, virtualRanges } of largeMapValues(state.egresses)) {
    if (virtualRanges === null || egressId === except.egressId) continue
    for (const range of virtualRanges) owners.push({ kind: 'virtual', egressId, name, range })
  }
  if (state.mesh === null) return owners
  const { controlRange4, controlRange6 } = state.mesh.settings
  owners.push({ kind: 'control', range: controlRange4 }, { kind: 'control', range: controlRange6 })
  return owners
}

/** The range that an address lies in. */
export const rangeAround = (owners: readonly RangeOwner[], address: IpAddress): RangeOwner | undefined =>
  owners.find(({ range }) => prefixFamily(range) === ipFamilyOf(address) && prefixContainsAddress(range, address))

/** Where virtual ranges come from. Pools may overlap each other: what is taken of one is taken of all. */
export const virtualPools = (state: MeshState, except?: NetworkId): readonly RangeOwner[] => {
  const owners: RangeOwner[] = []
  for (const { networkId, name, settings } of largeMapValues(state.networks)) {
    if (networkId === except) continue
    for (const range of [settings.virtualPool4, settings.virtualPool6])
      if (range !== null) owners.push({ kind: 'pool', networkId, name, range })
  }
  return owners
}

/** What a client brings along, and that it is its own. */
const clientRanges = ({
  clientId,
  name,
  additionalAddresses,
  prefixesBehind,
}: Pick<Client, 'clientId' | 'name' | 'additionalAddresses' | 'prefixesBehind'>): readonly RangeOwner[] =>
  [...additionalAddresses, ...prefixesBehind].map((range) => ({ kind: 'client', clientId, name, range }))

/** Of all clients, whatever their network. */
export const allClientRanges = (state: MeshState, except?: ClientId): readonly RangeOwner[] =>
  [...largeMapValues(state.clients)].filter(({ clientId }) => clientId !== except).flatMap(clientRanges)

/** What egresses lead to, as it is behind their routers. */
export const egressRanges = (state: MeshState, except?: EgressId): readonly RangeOwner[] => {
  const owners: RangeOwner[] = []
  for (const { egressId, name, ranges } of largeMapValues(state.egresses)) {
    if (egressId === except) continue
    for (const range of ranges) owners.push({ kind: 'egress', egressId, name, range })
  }
  return owners
}
