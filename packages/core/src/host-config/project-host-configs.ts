/** Configs of many hosts in one state: what several of them hold alike is projected once. */
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId } from '../values/index.js'
import { commitFragments } from './commit-fragments.js'
import { expandHostConfig } from './expand-host-config.js'
import type { FragmentId } from './fragment.js'
import { selfFragmentId } from './fragment-id.js'
import { fragmentVersion } from './fragment-version.js'
import type { HeldFragment } from './held-fragment.js'
import type { HostConfig } from './host-config.js'
import { asOfState } from './patch.js'
import { projectFragment } from './project-fragments.js'
import { visibleFragmentIds } from './visible.js'

/**
 * The same as `projectHostConfig` of this state. A network of thousands has names and sets that are as long: they, and all else
 * that hosts see of others, stay in memory as long as the function does.
 */
export const projectHostConfigs = (state: MeshState): ((hostId: HostId) => HostConfig | undefined) => {
  const shared = new Map<FragmentId, HeldFragment | undefined>()
  const heldFragment = (viewer: HostId, id: FragmentId): HeldFragment | undefined => {
    if (id === selfFragmentId(viewer)) return project(state, id)
    if (!shared.has(id)) shared.set(id, project(state, id))
    return shared.get(id)
  }
  return (viewer) => {
    const table = { viewer, asOf: asOfState(state), fragments: new Map(), nodesByHost: new Map() }
    const prepared = [...visibleFragmentIds(state, viewer)].flatMap((id) => {
      const next = heldFragment(viewer, id)
      return next === undefined ? [] : [{ id, next }]
    })
    commitFragments(table, prepared)
    return expandHostConfig(table)
  }
}

const project = (state: MeshState, id: FragmentId): HeldFragment | undefined => {
  const fragment = projectFragment(state, id)
  return fragment && { version: fragmentVersion(fragment), fragment }
}
