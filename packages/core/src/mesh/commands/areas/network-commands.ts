/** Commands about the mesh itself and its networks: a line in each table for each of them. */
import { type CreateMesh, createMeshCodec, decideCreateMesh } from '../create-mesh.js'
import { type CreateNetwork, createNetworkCodec, decideCreateNetwork } from '../create-network.js'
import { decideRaiseMeshEpoch, type RaiseMeshEpoch, raiseMeshEpochCodec } from '../raise-mesh-epoch.js'
import { decideRemoveNetwork, type RemoveNetwork, removeNetworkCodec } from '../remove-network.js'
import { decideUpdateMeshSettings, type UpdateMeshSettings, updateMeshSettingsCodec } from '../update-mesh-settings.js'
import { decideUpdateNetwork, type UpdateNetwork, updateNetworkCodec } from '../update-network.js'
import type { CommandTables } from './command-tables.js'

/** Commands about the mesh itself and its networks. */
export type NetworkCommand =
  | CreateMesh
  | CreateNetwork
  | RaiseMeshEpoch
  | RemoveNetwork
  | UpdateMeshSettings
  | UpdateNetwork

export const networkCommands: CommandTables<NetworkCommand> = {
  codecs: {
    CreateMesh: createMeshCodec,
    CreateNetwork: createNetworkCodec,
    RaiseMeshEpoch: raiseMeshEpochCodec,
    RemoveNetwork: removeNetworkCodec,
    UpdateMeshSettings: updateMeshSettingsCodec,
    UpdateNetwork: updateNetworkCodec,
  },
  rules: {
    CreateMesh: decideCreateMesh,
    CreateNetwork: decideCreateNetwork,
    RaiseMeshEpoch: decideRaiseMeshEpoch,
    RemoveNetwork: decideRemoveNetwork,
    UpdateMeshSettings: decideUpdateMeshSettings,
    UpdateNetwork: decideUpdateNetwork,
  },
}
