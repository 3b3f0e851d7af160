/** Events of the mesh itself and its networks: a line in each table for each of them. */
import { evolveMeshCreated, type MeshCreated, meshCreatedCodec } from '../events/mesh-created.js'
import { evolveMeshEpochRaised, type MeshEpochRaised, meshEpochRaisedCodec } from '../events/mesh-epoch-raised.js'
import {
  evolveMeshSettingsUpdated,
  type MeshSettingsUpdated,
  meshSettingsUpdatedCodec,
} from '../events/mesh-settings-updated.js'
import { evolveNetworkCreated, type NetworkCreated, networkCreatedCodec } from '../events/network-created.js'
import { evolveNetworkRemoved, type NetworkRemoved, networkRemovedCodec } from '../events/network-removed.js'
import { evolveNetworkUpdated, type NetworkUpdated, networkUpdatedCodec } from '../events/network-updated.js'
import type { EventTables } from './event-tables.js'

/** Events of the mesh itself and its networks. */
export type NetworkEvent =
  | MeshCreated
  | MeshEpochRaised
  | MeshSettingsUpdated
  | NetworkCreated
  | NetworkRemoved
  | NetworkUpdated

export const networkEvents: EventTables<NetworkEvent> = {
  recipes: {
    MeshCreated: evolveMeshCreated,
    MeshEpochRaised: evolveMeshEpochRaised,
    MeshSettingsUpdated: evolveMeshSettingsUpdated,
    NetworkCreated: evolveNetworkCreated,
    NetworkRemoved: evolveNetworkRemoved,
    NetworkUpdated: evolveNetworkUpdated,
  },
  codecs: {
    MeshCreated: meshCreatedCodec,
    MeshEpochRaised: meshEpochRaisedCodec,
    MeshSettingsUpdated: meshSettingsUpdatedCodec,
    NetworkCreated: networkCreatedCodec,
    NetworkRemoved: networkRemovedCodec,
    NetworkUpdated: networkUpdatedCodec,
  },
  versions: {
    MeshCreated: 1,
    MeshEpochRaised: 1,
    MeshSettingsUpdated: 1,
    NetworkCreated: 2,
    NetworkRemoved: 1,
    NetworkUpdated: 2,
  },
}
