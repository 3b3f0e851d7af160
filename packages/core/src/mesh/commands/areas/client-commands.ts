/** Commands about clients, and users' devices: a line in each table for each of them. */
import { type AddClient, addClientCodec, decideAddClient } from '../add-client.js'
import { type ConnectDevice, connectDeviceCodec, decideConnectDevice } from '../connect-device.js'
import { type DisableClient, decideDisableClient, disableClientCodec } from '../disable-client.js'
import { decideEnableClient, type EnableClient, enableClientCodec } from '../enable-client.js'
import { decideEnrollDevice, type EnrollDevice, enrollDeviceCodec } from '../enroll-device.js'
import { decideMoveClient, type MoveClient, moveClientCodec } from '../move-client.js'
import { decideRecordClientConfig, type RecordClientConfig, recordClientConfigCodec } from '../record-client-config.js'
import { decideRemoveClient, type RemoveClient, removeClientCodec } from '../remove-client.js'
import { decideUpdateClient, type UpdateClient, updateClientCodec } from '../update-client.js'
import type { CommandTables } from './command-tables.js'

/** Commands about clients and users' devices. */
export type ClientCommand =
  | AddClient
  | ConnectDevice
  | DisableClient
  | EnableClient
  | EnrollDevice
  | MoveClient
  | RecordClientConfig
  | RemoveClient
  | UpdateClient

export const clientCommands: CommandTables<ClientCommand> = {
  codecs: {
    AddClient: addClientCodec,
    ConnectDevice: connectDeviceCodec,
    DisableClient: disableClientCodec,
    EnableClient: enableClientCodec,
    EnrollDevice: enrollDeviceCodec,
    MoveClient: moveClientCodec,
    RecordClientConfig: recordClientConfigCodec,
    RemoveClient: removeClientCodec,
    UpdateClient: updateClientCodec,
  },
  rules: {
    AddClient: decideAddClient,
    ConnectDevice: decideConnectDevice,
    DisableClient: decideDisableClient,
    EnableClient: decideEnableClient,
    EnrollDevice: decideEnrollDevice,
    MoveClient: decideMoveClient,
    RecordClientConfig: decideRecordClientConfig,
    RemoveClient: decideRemoveClient,
    UpdateClient: decideUpdateClient,
  },
}
