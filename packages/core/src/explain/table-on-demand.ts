/**
 * What a host's agent would hold, fragment by fragment: each is projected when somebody first asks for it, once for all hosts, and a
 * host finds it in its table if it may see it. So a question about a few addresses costs a few fragments, in a mesh of any size.
 */
import type { Fragment, FragmentId, FragmentVersion } from '../host-config/fragment.js'
import type { FragmentTable } from '../host-config/fragment-table.js'
import { fragmentVersion } from '../host-config/fragment-version.js'
import type { HeldFragment } from '../host-config/held-fragment.js'
import { membersOfHost } from '../host-config/member.js'
import { asOfState } from '../host-config/patch.js'
import { projectFragment } from '../host-config/project-fragments.js'
import { sightOf } from '../host-config/visibility.js'
import { visibleFragmentIds } from '../host-config/visible.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { HostId, NodeId } from '../values/index.js'
import { madeOnce, madeOnceEach } from './made-once.js'

/** Fragments of one state, the same object for everybody, and who sees them. */
export interface ProjectedFragments {
  readonly state: MeshState
  readonly get: (id: FragmentId) => HeldFragment | undefined
  readonly sightOf: (viewer: HostId) => (id: FragmentId) => boolean
}

export const projectedFragments = (state: MeshState): ProjectedFragments => {
  const membersOf = madeOnceEach((hostId: HostId) => membersOfHost(state, hostId))
  return {
    state,
    get: madeOnceEach((id) => {
      const fragment = projectFragment(state, id)
      return fragment && new ProjectedFragment(fragment)
    }),
    sightOf: (viewer) => sightOf(state, viewer, membersOf),
  }
}

/** Whoever follows packets never asks for a version, and those are costly. */
class ProjectedFragment implements HeldFragment {
  readonly fragment: Fragment

  constructor(fragment: Fragment) {
    this.fragment = fragment
  }

  get version(): FragmentVersion {
    return fragmentVersion(this.fragment)
  }
}

/** As `tableOfSnapshot` makes it of all that the viewer may see. */
export const tableOnDemand = (viewer: HostId, projected: ProjectedFragments): FragmentTable => {
  const fragments = new FragmentsOnDemand(viewer, projected)
  const nodesByHost = madeOnce(() => nodesByHostOf(fragments))
  return {
    viewer,
    asOf: asOfState(projected.state),
    fragments,
    get nodesByHost() {
      return nodesByHost()
    },
  }
}

const nodesByHostOf = (fragments: FragmentTable['fragments']): ReadonlyMap<HostId, ReadonlySet<NodeId>> => {
  const nodes = new Map<HostId, Set<NodeId>>()
  for (const { fragment } of fragments.values()) {
    if (fragment.kind !== 'node') continue
    const known = nodes.get(fragment.hostId)
    if (known === undefined) nodes.set(fragment.hostId, new Set([fragment.nodeId]))
    else known.add(fragment.nodeId)
  }
  return nodes
}

/** Single fragments are found one by one; to walk through them takes all of them. */
class FragmentsOnDemand implements ReadonlyMap<FragmentId, HeldFragment> {
  readonly #sees: (id: FragmentId) => boolean
  readonly #projected: ProjectedFragments
  readonly #all: () => ReadonlyMap<FragmentId, HeldFragment>

  constructor(viewer: HostId, projected: ProjectedFragments) {
    this.#sees = projected.sightOf(viewer)
    this.#projected = projected
    this.#all = madeOnce(() => {
      const all = new Map<FragmentId, HeldFragment>()
      for (const id of visibleFragmentIds(projected.state, viewer)) {
        const held = projected.get(id)
        if (held !== undefined) all.set(id, held)
      }
      return all
    })
  }

  get(id: FragmentId): HeldFragment | undefined {
    return this.#sees(id) ? this.#projected.get(id) : undefined
  }

  has(id: FragmentId): boolean {
    return this.get(id) !== undefined
  }

  get size(): number {
    return this.#all().size
  }

  entries() {
    return this.#all().entries()
  }

  keys() {
    return this.#all().keys()
  }

  values() {
    return this.#all().values()
  }

  forEach(visit: (held: HeldFragment, id: FragmentId, all: ReadonlyMap<FragmentId, HeldFragment>) => void): void {
    for (const [id, held] of this.#all()) visit(held, id, this)
  }

  [Symbol.iterator]() {
    return this.entries()
  }
}
