/** How the numbers of a plan are read: as hosts that are there, and as gateways where there are any. */
import {
  clientId,
  type DestinationSelector,
  egressId,
  groupId,
  type NodeId,
  nodeId,
  type Selector,
  type UserId,
  userId,
} from '@meshfold/core'
import { blue, type Plan, type PlannedDestination, type PlannedSelector, people, red } from './plan.js'
import { mostClients, ownRanges } from './sites.js'

/** The node of a host in a network. */
export const node = (host: number, network = 1): NodeId => nodeId(`node-${network}-${host}`)

/** The id of user 1 or 2. */
export const user = (number: number): UserId => userId(`user-${number}`)

/** Reads a plan's numbers. */
export class Reading {
  constructor(readonly plan: Plan) {}

  host(number: number): number {
    return 1 + (number % this.plan.hosts)
  }

  hosts(numbers: readonly number[]): readonly number[] {
    return [...new Set(numbers.map((each) => this.host(each)))]
  }

  node(number: number, of: number): NodeId {
    return node(this.host(number), of)
  }

  gateways(numbers: readonly number[], of: number): readonly NodeId[] {
    const there = this.plan.gateways.filter((each) => each.network === of)
    const found = numbers.map((each) => there[each % Math.max(there.length, 1)]?.at ?? each)
    return this.hosts(found).map((each) => node(each, of))
  }

  destination({ kind, at: number }: PlannedDestination, of: number): DestinationSelector {
    return kind === 'internet' || kind === 'own-devices' ? { kind } : this.selector({ kind, at: number }, of)
  }

  selector({ kind, at: number }: PlannedSelector, of: number): Selector {
    const [prefix] = ownRanges(this.host(number))
    if (kind === 'tag') return { kind, tag: number % 2 === 0 ? red : blue }
    if (kind === 'node') return { kind, nodeId: this.node(number, of) }
    if (kind === 'egress') return { kind, egressId: egressId(`egress-${1 + (number % 3)}`) }
    if (kind === 'client') return { kind, clientId: clientId(`client-${1 + (number % mostClients)}`) }
    if (kind === 'gateway-clients') return { kind, gatewayId: this.gateways([number], of)[0] ?? this.node(number, of) }
    if (kind === 'user') return { kind, userId: user(1 + (number % people.length)) }
    if (kind === 'group') return { kind, groupId: groupId('group-1') }
    if (kind === 'prefix' && prefix !== undefined) return { kind, prefix: prefix.prefix }
    return { kind: 'everyone' }
  }
}
