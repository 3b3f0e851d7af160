/**
 * Indexes that follow from what else is in a state now, whatever the order in which it came there. A draft's are kept at each event. A
 * replay reads none before its end: there they are made once, of what the last event left.
 */
import { isDraft } from 'immer'
import type { MeshDraft } from './mesh-state.js'

/** How one index follows from its items, such as hosts: `add` in any order leads to the same, and `remove` takes back one `add`. */
export interface IndexRules<Item> {
  readonly clear: (draft: MeshDraft) => void
  readonly itemsOf: (draft: MeshDraft) => Iterable<Item>
  readonly add: (draft: MeshDraft, item: Item) => void
  readonly remove: (draft: MeshDraft, item: Item) => void
}

/** An index, for recipes and for the end of a replay. */
export interface DerivedIndex<Item> {
  /** To be called by each recipe that puts an item in or changes one, with what it is now. */
  readonly add: (draft: MeshDraft, item: Item) => void
  /** To be called by each recipe that takes an item out or changes one, with what it was. */
  readonly remove: (draft: MeshDraft, item: Item) => void
  /** Makes it anew of all items. */
  readonly build: (draft: MeshDraft) => void
}

/** The index of these rules. */
export const derivedIndex = <Item>({ clear, itemsOf, add, remove }: IndexRules<Item>): DerivedIndex<Item> => ({
  add: (draft, item) => {
    if (isDraft(draft)) add(draft, item)
  },
  remove: (draft, item) => {
    if (isDraft(draft)) remove(draft, item)
  },
  build: (draft) => {
    clear(draft)
    for (const item of itemsOf(draft)) add(draft, item)
  },
})
