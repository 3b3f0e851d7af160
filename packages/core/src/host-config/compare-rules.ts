/** What is not what it was among fragments of rules, and what those who hold them may look at now. */
import { largeMapGet, largeMapKeys } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import type { NodeId } from '../values/index.js'
import type { ClassFragment, Fragment, FragmentId } from './fragment.js'
import type { PatchChange } from './fragment-change.js'
import { egressFragmentId, hostFragmentId, membersFragmentId, nodeFragmentId, setFragmentId } from './fragment-id.js'
import { fragmentVersion } from './fragment-version.js'
import { projectFragment } from './project-fragments.js'
import { activeRouters } from './project-rules.js'
import { membersOfSet } from './project-sets.js'
import { setNamesIn } from './rule-sets.js'

/** Of one step. Classes that policies treat alike are compared once. */
export class FragmentComparison {
  readonly #before: MeshState
  readonly #after: MeshState
  readonly #revealed: Set<FragmentId>
  /** Whether classes with these rules are the same, by the rules after and before: classes that are alike share theirs. */
  readonly #compared = new Map<ClassFragment['rules'], Map<ClassFragment['rules'], boolean>>()

  /** Into `revealed` goes what others may look at now. */
  constructor(before: MeshState, after: MeshState, revealed: Set<FragmentId>) {
    this.#before = before
    this.#after = after
    this.#revealed = revealed
  }

  /** `undefined`: the fragment is what it was, or is no more. */
  changeOf(fragment: FragmentId): PatchChange | undefined {
    const content = projectFragment(this.#after, fragment)
    if (content === undefined) return undefined
    const was = projectFragment(this.#before, fragment)
    if (content.kind === 'class' && was?.kind === 'class') {
      if (this.#isSameClass(was, content)) return undefined
      return { fragment, change: { op: 'put', to: fragmentVersion(content), content } }
    }
    const to = fragmentVersion(content)
    if (was !== undefined && fragmentVersion(was) === to) return undefined
    this.#revealSets(was, content)
    return { fragment, change: { op: 'put', to, content } }
  }

  #isSameClass(was: ClassFragment, is: ClassFragment): boolean {
    const compared = this.#compared.get(is.rules) ?? new Map<ClassFragment['rules'], boolean>()
    this.#compared.set(is.rules, compared)
    const known = compared.get(was.rules)
    if (known !== undefined) return known
    const isSame = JSON.stringify(was) === JSON.stringify(is)
    compared.set(was.rules, isSame)
    if (!isSame) {
      addRevealedByClass(this.#after, was, is, this.#revealed)
      this.#revealSets(was, is)
    }
    return isSame
  }

  #revealSets(was: Fragment | undefined, is: Fragment): void {
    if (is.kind === 'self' || is.kind === 'host') return
    const known = was === undefined ? new Set() : setNamesIn(was)
    for (const name of setNamesIn(is)) if (!known.has(name)) this.#revealed.add(setFragmentId(is.networkId, name))
  }
}

/** What members of a class may look at now: nodes of sets that are peers now, and egresses with their routers. */
const addRevealedByClass = (
  after: MeshState,
  was: ClassFragment,
  is: ClassFragment,
  revealed: Set<FragmentId>,
): void => {
  const network = largeMapGet(after.networks, is.networkId)
  if (network === undefined) return
  const ownIs = JSON.stringify(is.ownPeers) === JSON.stringify(was.ownPeers) ? [] : (is.ownPeers?.sets ?? [])
  for (const name of [...is.peers, ...ownIs]) {
    if (was.peers.includes(name) || was.peers.includes('everyone')) continue
    const memberIds = name === 'everyone' ? largeMapKeys(network.members) : membersOfSet(network, name)
    for (const memberId of memberIds) addRevealedNode(after, memberId as NodeId, revealed)
  }
  if (is.peers.includes('everyone') && !was.peers.includes('everyone')) revealed.add(membersFragmentId(is.networkId))
  for (const egressId of is.egressIds) {
    if (was.egressIds.includes(egressId)) continue
    revealed.add(egressFragmentId(egressId))
    const egress = largeMapGet(after.egresses, egressId)
    if (egress !== undefined)
      for (const { nodeId } of activeRouters(after, egress)) addRevealedNode(after, nodeId, revealed)
  }
}

const addRevealedNode = (after: MeshState, nodeId: NodeId, revealed: Set<FragmentId>): void => {
  const hostId = largeMapGet(after.nodes, nodeId)?.hostId
  if (hostId === undefined) return
  revealed.add(nodeFragmentId(nodeId))
  revealed.add(hostFragmentId(hostId))
}
