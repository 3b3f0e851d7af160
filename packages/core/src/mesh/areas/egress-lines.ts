/** What happened to egress, in English. */

import type { Names } from '../names-in.js'
import type { EgressEvent } from './egress-events.js'
import type { EventLines } from './event-lines.js'

export const egressLines: EventLines<EgressEvent> = {
  EgressAdded: (e, name) => `Egress "${e.name}" (${e.egressId}) was added: ${contentText(e, name)}`,
  EgressUpdated: (e, name) => `Egress "${e.name}" (${e.egressId}) is now: ${contentText(e, name)}`,
  EgressRemoved: (e, name) =>
    `Egress ${name.egress(e.egressId)} of network ${name.network(e.networkId)} was removed${causes[e.cause]}`,
}

const causes = { removed: '', 'network-removed': ': the network is being removed' }

type Content = Extract<EgressEvent, { type: 'EgressAdded' | 'EgressUpdated' }>

const contentText = (e: Content, name: Names): string =>
  [
    `in network ${name.network(e.networkId)} ${some(e.ranges)}${e.virtualRanges === null ? '' : ` as ${some(e.virtualRanges)}`}`,
    e.routers.length === 0
      ? 'without a router'
      : `through ${some(e.routers.map(({ nodeId, metric }) => `${name.node(nodeId)} (metric ${metric})`))}`,
    e.nat ? 'with NAT' : `without NAT${e.returnRoute === 'external' ? ', the way back is seen to elsewhere' : ''}`,
    ...(e.restricted ? ['for those that policies name'] : []),
    ...(e.fallbackToWider ? [] : ['never through a wider one']),
  ].join(', ')

const some = (items: readonly string[]): string =>
  `${items.slice(0, 5).join(', ')}${items.length > 5 ? ` and ${items.length - 5} more` : ''}`
