/** Commands about hosts: a line in each table for each of them. */
import { decideRegisterHost, type RegisterHost, registerHostCodec } from '../register-host.js'
import { decideRemoveHost, type RemoveHost, removeHostCodec } from '../remove-host.js'
import {
  decideReportHostEndpoints,
  type ReportHostEndpoints,
  reportHostEndpointsCodec,
} from '../report-host-endpoints.js'
import { decideSetHostOwner, type SetHostOwner, setHostOwnerCodec } from '../set-host-owner.js'
import { decideUpdateHost, type UpdateHost, updateHostCodec } from '../update-host.js'
import type { CommandTables } from './command-tables.js'

export type HostCommand = RegisterHost | RemoveHost | ReportHostEndpoints | SetHostOwner | UpdateHost

export const hostCommands: CommandTables<HostCommand> = {
  codecs: {
    RegisterHost: registerHostCodec,
    RemoveHost: removeHostCodec,
    ReportHostEndpoints: reportHostEndpointsCodec,
    SetHostOwner: setHostOwnerCodec,
    UpdateHost: updateHostCodec,
  },
  rules: {
    RegisterHost: decideRegisterHost,
    RemoveHost: decideRemoveHost,
    ReportHostEndpoints: decideReportHostEndpoints,
    SetHostOwner: decideSetHostOwner,
    UpdateHost: decideUpdateHost,
  },
}
