import * as t from 'io-ts'
import { epochMsCodec, networkIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** Everyone may talk to everyone from now on, or nobody may but where a policy allows it (G4). */
export type DefaultPolicySwitched = t.TypeOf<typeof defaultPolicySwitchedCodec>

export const defaultPolicySwitchedCodec = t.type(
  {
    type: t.literal('DefaultPolicySwitched'),
    atEpochMs: epochMsCodec,
    networkId: networkIdCodec,
    everyoneAllowed: t.boolean,
  },
  'DefaultPolicySwitched',
)

export const evolveDefaultPolicySwitched = (draft: MeshDraft, event: DefaultPolicySwitched): void => {
  const network = largeMapGet(draft.networks, event.networkId)
  if (network !== undefined) network.everyoneAllowed = event.everyoneAllowed
}
