/** What people call the things that configs and answers know by their ids. */
import { largeMapGet } from '../mesh/large-map.js'
import type { MeshState } from '../mesh/mesh-state.js'
import { collection, type ThingKind } from './state-things.js'

/** `undefined`: there is no such thing, or it has no name. */
export type ThingNames = (kind: ThingKind, id: string) => string | undefined

/** As in the first of some states that has it; with its network's name where there are several networks: `gw.office`. */
export const thingNames = (states: readonly MeshState[]): ThingNames => {
  const areSeveral = states.some(({ networks }) => networks.size > 1)
  return (kind, id) => {
    for (const state of states) {
      const thing = largeMapGet(collection(state, kind), id)
      if (thing !== undefined) return nameOf(state, thing as Readonly<Record<string, unknown>>, areSeveral)
    }
    return undefined
  }
}

const nameOf = (
  state: MeshState,
  { name, login, networkId }: Readonly<Record<string, unknown>>,
  isWithNetwork: boolean,
): string | undefined => {
  const called = name ?? login
  if (typeof called !== 'string') return undefined
  const network = typeof networkId === 'string' ? largeMapGet(collection(state, 'networks'), networkId) : undefined
  return isWithNetwork && network !== undefined && 'name' in network ? `${called}.${network.name}` : called
}
