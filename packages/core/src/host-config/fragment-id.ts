/** Names of fragments: made and taken apart in one place. */
import type { ClassKey, MemberSetKey, PairId } from '../mesh/mesh-state.js'
import type { ClientId, EgressId, HostId, NetworkId, NodeId } from '../values/index.js'
import type { Fragment, FragmentId, FragmentKind } from './fragment.js'

const idOf = (kind: FragmentKind, about: string): FragmentId => `${kind}:${about}` as FragmentId

export const selfFragmentId = (hostId: HostId): FragmentId => idOf('self', hostId)
export const hostFragmentId = (hostId: HostId): FragmentId => idOf('host', hostId)
export const nodeFragmentId = (nodeId: NodeId): FragmentId => idOf('node', nodeId)
export const networkFragmentId = (networkId: NetworkId): FragmentId => idOf('network', networkId)
export const membersFragmentId = (networkId: NetworkId): FragmentId => idOf('members', networkId)
export const setFragmentId = (networkId: NetworkId, key: MemberSetKey): FragmentId => idOf('set', `${networkId}/${key}`)
export const namesFragmentId = (networkId: NetworkId): FragmentId => idOf('names', networkId)
export const dnsFragmentId = (networkId: NetworkId): FragmentId => idOf('dns', networkId)
export const classFragmentId = (networkId: NetworkId, key: ClassKey): FragmentId => idOf('class', `${networkId}/${key}`)
export const relayingFragmentId = (networkId: NetworkId): FragmentId => idOf('relaying', networkId)
export const internetFragmentId = (networkId: NetworkId): FragmentId => idOf('internet', networkId)
export const clientsFragmentId = (gatewayId: NodeId): FragmentId => idOf('clients', gatewayId)
export const clientFragmentId = (clientId: ClientId): FragmentId => idOf('client', clientId)
export const egressFragmentId = (egressId: EgressId): FragmentId => idOf('egress', egressId)
export const routerFragmentId = (egressId: EgressId): FragmentId => idOf('router', egressId)
export const pairFragmentId = (pairId: PairId): FragmentId => idOf('pair', pairId)

/** The id that a fragment is filed under. */
export const fragmentIdOf = (fragment: Fragment): FragmentId => {
  switch (fragment.kind) {
    case 'self':
      return selfFragmentId(fragment.hostId)
    case 'host':
      return hostFragmentId(fragment.hostId)
    case 'node':
      return nodeFragmentId(fragment.nodeId)
    case 'network':
    case 'members':
    case 'names':
    case 'dns':
    case 'relaying':
    case 'internet':
      return idOf(fragment.kind, fragment.networkId)
    case 'set':
      return setFragmentId(fragment.networkId, fragment.key)
    case 'class':
      return classFragmentId(fragment.networkId, fragment.classKey)
    case 'clients':
      return clientsFragmentId(fragment.gatewayId)
    case 'client':
      return clientFragmentId(fragment.clientId)
    case 'egress':
      return egressFragmentId(fragment.egressId)
    case 'router':
      return routerFragmentId(fragment.egressId)
    case 'pair':
      return pairFragmentId(fragment.pairId)
  }
}

/** A fragment's id, taken apart. `key` is there for sets and classes, whose `about` is their network. */
export interface ParsedFragmentId {
  readonly kind: FragmentKind
  readonly about: string
  readonly key: string
}

/** `undefined` when the text names no fragment. */
export const parseFragmentId = (text: string): ParsedFragmentId | undefined => {
  const colon = text.indexOf(':')
  const kind = text.slice(0, colon)
  if (!isFragmentKind(kind) || colon + 1 >= text.length) return undefined
  if (kind !== 'set' && kind !== 'class') return { kind, about: text.slice(colon + 1), key: '' }
  const slash = text.indexOf('/', colon)
  if (slash <= colon + 1) return undefined
  return { kind, about: text.slice(colon + 1, slash), key: text.slice(slash + 1) }
}

const fragmentKinds: { readonly [K in FragmentKind]: true } = {
  self: true,
  host: true,
  node: true,
  network: true,
  members: true,
  set: true,
  names: true,
  dns: true,
  class: true,
  relaying: true,
  internet: true,
  clients: true,
  client: true,
  egress: true,
  router: true,
  pair: true,
}
const isFragmentKind = (text: string): text is FragmentKind => Object.hasOwn(fragmentKinds, text)
