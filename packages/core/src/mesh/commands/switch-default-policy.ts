import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { networkIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** Let everyone in a network talk to everyone, or nobody but where a policy allows it (G4). */
export type SwitchDefaultPolicy = t.TypeOf<typeof switchDefaultPolicyCodec>

export const switchDefaultPolicyCodec = commandCodec('SwitchDefaultPolicy', {
  networkId: networkIdCodec,
  everyoneAllowed: t.boolean,
})

export const decideSwitchDefaultPolicy = (
  { networkId, everyoneAllowed, atEpochMs }: SwitchDefaultPolicy,
  state: ExistingMesh,
): Decision => {
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return refuse({ code: 'network-unknown', networkId })
  if (network.everyoneAllowed === everyoneAllowed) return alreadySo
  return E.right([{ type: 'DefaultPolicySwitched', atEpochMs, networkId, everyoneAllowed }])
}
