/** Members, with what is asked of them again and again when it comes to who looks at whom. */
import { largeMapGet } from '../mesh/large-map.js'
import type { Gateway, MeshState, Network, Node } from '../mesh/mesh-state.js'
import type { HostId, NodeId } from '../values/index.js'
import { gatewayAt, type Membership, membershipsOfHost, viaOf } from './member-roles.js'
import { type ClassView, classViewOf } from './policy-view.js'

export const viewOfClass = (state: MeshState, { network, node }: Membership): ClassView =>
  classViewOf(state, network, largeMapGet(network.memberRecords, node.nodeId)?.classKey ?? '')

/** A node that takes part in one state. What it is there is found when a question first takes it, and kept. */
export class Member implements Membership {
  readonly state: MeshState
  readonly network: Network
  readonly node: Node
  #via: readonly NodeId[] | null | undefined
  /** `null`: nobody asked yet. */
  #gateway: Gateway | undefined | null = null
  #classView: ClassView | undefined

  constructor(state: MeshState, { network, node }: Membership) {
    this.state = state
    this.network = network
    this.node = node
  }

  /** Gateways that it is reached through; `null`: directly. */
  get via(): readonly NodeId[] | null {
    if (this.#via === undefined) this.#via = viaOf(this.state, this)
    return this.#via
  }

  /** The gateway that it is, while it takes part as one. */
  get gateway(): Gateway | undefined {
    if (this.#gateway === null) this.#gateway = gatewayAt(this.state, this)
    return this.#gateway
  }

  get classView(): ClassView {
    this.#classView ??= viewOfClass(this.state, this)
    return this.#classView
  }
}

export const membersOfHost = (state: MeshState, hostId: HostId): readonly Member[] =>
  membershipsOfHost(state, hostId).map((membership) => new Member(state, membership))
