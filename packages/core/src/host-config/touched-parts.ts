/** What a patch touched, sorted by what of a config comes from it. */
import type { ClientId, HostId, NetworkId, NodeId } from '../values/index.js'
import { parseFragmentId } from './fragment-id.js'
import type { TouchedFragments } from './fragment-table.js'
import type { SetName } from './rule-parts.js'

export interface TouchedParts {
  readonly hosts: ReadonlySet<HostId>
  /** With gateways whose clients were touched. */
  readonly nodes: ReadonlySet<NodeId>
  readonly clients: ReadonlySet<ClientId>
  readonly sets: readonly { readonly networkId: NetworkId; readonly key: SetName }[]
  readonly areNamesTouched: boolean
}

/** `undefined`: something that much depends on. Who takes part in a network decides what is held, and is itself in no config. */
export const touchedParts = (touched: TouchedFragments): TouchedParts | undefined => {
  const hosts = new Set<HostId>()
  const nodes = new Set<NodeId>()
  const clients = new Set<ClientId>()
  const sets: { networkId: NetworkId; key: SetName }[] = []
  let areNamesTouched = false
  for (const id of touched) {
    const parsed = parseFragmentId(id)
    switch (parsed?.kind) {
      case 'host':
        hosts.add(parsed.about as HostId)
        break
      case 'node':
      case 'clients':
        nodes.add(parsed.about as NodeId)
        break
      case 'client':
        clients.add(parsed.about as ClientId)
        break
      case 'set':
        sets.push({ networkId: parsed.about as NetworkId, key: parsed.key as SetName })
        break
      case 'names':
        areNamesTouched = true
        break
      case 'members':
        break
      default:
        return undefined
    }
  }
  return { hosts, nodes, clients, sets, areNamesTouched }
}
