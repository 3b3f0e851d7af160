/** What `choosePaths` chooses without a past, path by path: the hop of a path, and what the host tells others. */

import { chooseHop } from '../host-config/choose-paths.js'
import type { HealthView, OwnVector } from '../host-config/chosen-paths.js'
import { internetPathKey, type Path, type PathKey } from '../host-config/host-config.js'
import { chooseOwn } from '../host-config/own-vector.js'
import type { PathFacts } from '../host-config/path-facts.js'
import type { PathVectors } from '../host-config/path-vector.js'
import type { EgressId, HostId } from '../values/index.js'
import type { ConfigOnDemand } from './config-on-demand.js'
import { madeOnce, madeOnceEach } from './made-once.js'

export interface ChoicesOnDemand {
  /** `undefined`: the path can't be taken. */
  readonly hopOn: (path: Path) => HostId | undefined
  readonly vector: () => OwnVector
}

export const choicesOnDemand = (config: ConfigOnDemand, health: HealthView, vectors: PathVectors): ChoicesOnDemand => {
  const { own, paths, peers } = config
  const hopOn = (path: Path) => chooseHop(facts, ofOwnLists, path, nothingBefore).hop
  const hopOf = madeOnceEach((key: PathKey): HostId | undefined => {
    const path = paths.get(key)
    return path && hopOn(path)
  })
  const facts: PathFacts = { viewer: own.hostId, peers, paths, health, vectors, hops: { get: hopOf } }
  const choices = madeOnce(() =>
    chooseOwn(
      facts,
      {
        networks: [...config.pathsBeyond().values()].filter(({ to }) => to.kind === 'own-gateway'),
        pairs: config.pairPaths(),
        internet: paths.get(internetPathKey),
        routing: config.routing(),
        unservable: noEgresses,
      },
      { former: () => nothingBefore, heldBack: [], servedEgressIds: [] },
    ),
  )
  // Most paths don't ask for these.
  const ofOwnLists = {
    get hops() {
      return choices().hops
    },
    get followed() {
      return choices().followed
    },
    get told() {
      return choices().told
    },
  }
  return { hopOn, vector: () => choices().vector }
}

const nothingBefore = { hop: undefined, followed: undefined }
const noEgresses: ReadonlySet<EgressId> = new Set()
