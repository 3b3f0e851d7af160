import type { Observation } from '../protocol/observation.js'
import { takeFigures, takeWaitingNodes } from './choose-home.js'
import { takeDirect } from './direct-again.js'
import { takeReached } from './reached-hosts.js'
import { type Reacting, type Taken, takenWith } from './reacting.js'
import { unseenHost } from './reaction-memory.js'
import { takePairMove, takeVector } from './record-moves.js'
import { takeProbed, takeUnreachable } from './relay-pairs.js'

/** Notes what is new in an observation, and who has to be decided about because of it. */
export const takeObservation = (reacting: Reacting, observation: Observation): void => {
  switch (observation.type) {
    case 'pair-unreachable':
      takeUnreachable(reacting, observation)
      break
    case 'relays-probed':
      takeProbed(reacting, observation)
      break
    case 'pair-moved':
      takePairMove(reacting, observation)
      break
    case 'pair-direct':
      takeDirect(reacting, observation)
      break
    case 'vector-told':
    case 'gateways-measured':
    case 'ranges-served':
    case 'endpoints-reached':
    case 'presence-seen':
      if (isNews(reacting, observation)) takeOfHost(reacting, observation)
      break
  }
}

type OfHost = Taken<'vector-told' | 'gateways-measured' | 'ranges-served' | 'endpoints-reached' | 'presence-seen'>

const isNews = (reacting: Reacting, { hostId, type, observedAtEpochMs }: OfHost): boolean => {
  const host = reacting.hosts.get(hostId) ?? unseenHost
  const taken = takenWith(host.taken, type, observedAtEpochMs)
  if (taken !== undefined) reacting.hosts.put(hostId, { ...host, taken })
  return taken !== undefined
}

const takeOfHost = (reacting: Reacting, observation: OfHost): void => {
  const { hostId, observedAtEpochMs } = observation
  switch (observation.type) {
    case 'vector-told':
      takeVector(reacting, observation)
      break
    case 'gateways-measured':
      takeFigures(reacting, hostId, observation.figures, observedAtEpochMs)
      break
    case 'ranges-served':
      takeRanges(reacting, observation)
      break
    case 'endpoints-reached':
      takeReached(reacting, observation)
      break
    case 'presence-seen':
      takePresence(reacting, observation)
      if (observation.isConnected) takeWaitingNodes(reacting, hostId)
      break
  }
}

const takeRanges = (reacting: Reacting, { hostId, servedEgressIds, unservable }: Taken<'ranges-served'>): void => {
  const host = reacting.hosts.get(hostId) ?? unseenHost
  const reasons = new Map(unservable.map(({ egressId, reason }) => [egressId, reason]))
  const ranges = { servedEgressIds: new Set(servedEgressIds), unservable: reasons }
  reacting.hosts.put(hostId, { ...host, ranges })
}

const takePresence = (reacting: Reacting, { hostId, isConnected, observedAtEpochMs }: Taken<'presence-seen'>): void => {
  const host = reacting.hosts.get(hostId) ?? unseenHost
  const presentSinceEpochMs = isConnected ? (host.presentSinceEpochMs ?? observedAtEpochMs) : null
  reacting.hosts.put(hostId, { ...host, presence: isConnected ? 'connected' : 'absent', presentSinceEpochMs })
}
