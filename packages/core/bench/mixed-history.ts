/**
 * The history of a mesh that lives: of 100 events 80 are endpoint changes, 10 about gateways and who uses them, 5 of hosts that come
 * (registered, then joined) and 5 of hosts that go (left, then removed).
 */
import type { MeshEvent } from '@meshfold/core'
import {
  endpointChanges,
  fullMeshEvents,
  hostJoins,
  hostLeaves,
  nodeNumber,
  privateEndpointChanges,
} from './full-mesh.js'
import { becomesGateway, becomesRelayed, movesOn } from './relayed-mesh.js'

const gateways = 20
/** These follow the gateways by number, and stay like them. */
const relayed = 1000

/** 5 joins and 5 leaves of two events each, 20 moves and 160 endpoint changes. */
const stepsPerRound = 190

/** Where hosts say they are: at addresses of the internet that are new each time, or at those of their own LAN. */
export type Whereabouts = 'public' | 'private'

/** A mesh of `hosts` hosts, then its life, `count` events in all. */
export const mixedHistory = (hosts: number, count: number, whereabouts: Whereabouts): MeshEvent[] => {
  const events = fullMeshEvents(hosts)
  for (let n = 0; n < gateways; n += 1) events.push(becomesGateway(n))
  for (let n = gateways; n < gateways + relayed; n += 1) events.push(becomesRelayed(n, ranking(n)))
  const moves = whereabouts === 'public' ? endpointChanges : privateEndpointChanges
  let newest = hosts
  let oldest = gateways + relayed
  for (let round = 0; events.length < count; round += 1) {
    const step = round % stepsPerRound
    if (step % 38 === 0) events.push(...hostJoins(newest++))
    else if (step % 38 === 1) events.push(...hostLeaves(oldest++, round))
    else if (step % 19 === 5 || step % 19 === 14)
      events.push(movesOn(gateways + (round % relayed), ranking(round), round))
    else events.push(moves(oldest + ((round * 7) % (hosts - gateways - relayed)), round))
  }
  return events.slice(0, count)
}

const ranking = (n: number) => [0, 1, 2].map((place) => nodeNumber((n + place) % gateways))
