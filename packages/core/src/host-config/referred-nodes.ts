/** Which nodes other parts of a host's config name: gateways of lists, routers, ends of pairs. A change of one of these reaches far. */
import type { NodeId } from '../values/index.js'
import type { SelfFragment } from './fragment.js'
import type { FragmentTable } from './fragment-table.js'

export class ReferredNodes {
  /** Lists of relayed nodes. */
  readonly #via = new Map<NodeId, readonly NodeId[]>()
  /** In how many of those a node is. */
  readonly #inLists = new Map<NodeId, number>()
  #others: ReadonlySet<NodeId> = new Set()

  has(nodeId: NodeId): boolean {
    return this.#others.has(nodeId) || this.#inLists.has(nodeId)
  }

  /** The list that a node was last said to have. */
  listOf(nodeId: NodeId): readonly NodeId[] {
    return this.#via.get(nodeId) ?? []
  }

  setList(nodeId: NodeId, list: readonly NodeId[]): void {
    for (const gatewayId of this.listOf(nodeId)) this.#count(gatewayId, -1)
    for (const gatewayId of list) this.#count(gatewayId, 1)
    if (list.length > 0) this.#via.set(nodeId, list)
    else this.#via.delete(nodeId)
  }

  /** Looks at everything that is held. */
  reset(table: FragmentTable, own: SelfFragment): void {
    const others = new Set<NodeId>(
      own.memberships.flatMap(({ via, tunnel }) => [...(via ?? []), ...(tunnel.gatewayIds ?? [])]),
    )
    this.#via.clear()
    this.#inLists.clear()
    for (const { fragment } of table.fragments.values()) {
      if (fragment.kind === 'node') {
        if (fragment.via !== null) this.setList(fragment.nodeId, fragment.via)
      } else if (fragment.kind === 'pair')
        for (const nodeId of [...fragment.nodeIds, ...fragment.gatewayIds]) others.add(nodeId)
      else if (fragment.kind === 'egress' || fragment.kind === 'router')
        for (const { nodeId } of fragment.routers) others.add(nodeId)
    }
    this.#others = others
  }

  #count(nodeId: NodeId, difference: 1 | -1): void {
    const count = (this.#inLists.get(nodeId) ?? 0) + difference
    if (count > 0) this.#inLists.set(nodeId, count)
    else this.#inLists.delete(nodeId)
  }
}
