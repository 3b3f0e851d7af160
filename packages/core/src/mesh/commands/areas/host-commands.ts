/** Commands about hosts: a line in each table for each of them. */
import {
  decideExcludeHostPrefixes,
  type ExcludeHostPrefixes,
  excludeHostPrefixesCodec,
} from '../exclude-host-prefixes.js'
import { decideRegisterHost, type RegisterHost, registerHostCodec } from '../register-host.js'
import { decideRemoveHost, type RemoveHost, removeHostCodec } from '../remove-host.js'
import {
  decideReportHostEndpoints,
  type ReportHostEndpoints,
  reportHostEndpointsCodec,
} from '../report-host-endpoints.js'
import {
  decideReportHostResolvers,
  type ReportHostResolvers,
  reportHostResolversCodec,
} from '../report-host-resolvers.js'
import { decideRotateHostKey, type RotateHostKey, rotateHostKeyCodec } from '../rotate-host-key.js'
import { decideSetHostOwner, type SetHostOwner, setHostOwnerCodec } from '../set-host-owner.js'
import { decideUpdateHost, type UpdateHost, updateHostCodec } from '../update-host.js'
import type { CommandTables } from './command-tables.js'

/** Commands about hosts. */
export type HostCommand =
  | ExcludeHostPrefixes
  | RegisterHost
  | RemoveHost
  | ReportHostEndpoints
  | ReportHostResolvers
  | RotateHostKey
  | SetHostOwner
  | UpdateHost

export const hostCommands: CommandTables<HostCommand> = {
  codecs: {
    ExcludeHostPrefixes: excludeHostPrefixesCodec,
    RegisterHost: registerHostCodec,
    RemoveHost: removeHostCodec,
    ReportHostEndpoints: reportHostEndpointsCodec,
    ReportHostResolvers: reportHostResolversCodec,
    RotateHostKey: rotateHostKeyCodec,
    SetHostOwner: setHostOwnerCodec,
    UpdateHost: updateHostCodec,
  },
  rules: {
    ExcludeHostPrefixes: decideExcludeHostPrefixes,
    RegisterHost: decideRegisterHost,
    RemoveHost: decideRemoveHost,
    ReportHostEndpoints: decideReportHostEndpoints,
    ReportHostResolvers: decideReportHostResolvers,
    RotateHostKey: decideRotateHostKey,
    SetHostOwner: decideSetHostOwner,
    UpdateHost: decideUpdateHost,
  },
}
