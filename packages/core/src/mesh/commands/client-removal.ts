import type { ClientRemoved } from '../events/client-removed.js'
import { largeMapGet } from '../large-map.js'
import type { AreaConsequences } from './removal.js'
import type { Unfolding } from './unfolding.js'

/** Takes a client out of its network, after what goes along with it. */
export const removeClient = (
  { clientId, cause, atEpochMs }: Pick<ClientRemoved, 'clientId' | 'cause' | 'atEpochMs'>,
  unfolding: Unfolding,
  consequencesOf: AreaConsequences,
): void => {
  const client = largeMapGet(unfolding.state().clients, clientId)
  if (client === undefined) return
  consequencesOf({ kind: 'client', clientId, atEpochMs }, unfolding)
  unfolding.emit({ type: 'ClientRemoved', atEpochMs, clientId, networkId: client.networkId, cause })
}
