import * as t from 'io-ts'
import { clientIdCodec, deviceIdCodec, epochMsCodec, networkIdCodec, nodeIdCodec } from '../../values/index.js'
import { clientContentProps } from '../client-parts.js'
import { putClient } from '../client-ties.js'
import { orNull } from '../event-parts.js'
import type { MeshDraft } from '../mesh-state.js'

/**
 * A device that runs no agent may connect to a gateway, with these addresses; it is enabled. Does not imply that anybody was given its
 * file (`ClientConfigIssued`), or that it ever connected.
 */
export type ClientAdded = t.TypeOf<typeof clientAddedCodec>

export const clientAddedCodec = t.type(
  {
    type: t.literal('ClientAdded'),
    atEpochMs: epochMsCodec,
    clientId: clientIdCodec,
    networkId: networkIdCodec,
    gatewayId: nodeIdCodec,
    ...clientContentProps,
    /** Which of its owner's devices it is, when the owner connected it (G3). */
    deviceId: orNull(deviceIdCodec),
  },
  'ClientAdded',
)

export const evolveClientAdded = (draft: MeshDraft, event: ClientAdded): void => {
  const { type: _type, atEpochMs, ...facts } = event
  putClient(draft, { ...facts, createdAtEpochMs: atEpochMs, enabled: true, tags: [], issuedConfig: null })
}
