/** Commands about gateways, relays, auto-relay, internet gateways: a line in each table for each of them. */
import { type AssignRelay, assignRelayCodec, decideAssignRelay } from '../assign-relay.js'
import { type CreateGateway, createGatewayCodec, decideCreateGateway } from '../create-gateway.js'
import {
  type DisableInternetGateway,
  decideDisableInternetGateway,
  disableInternetGatewayCodec,
} from '../disable-internet-gateway.js'
import {
  decideEnableInternetGateway,
  type EnableInternetGateway,
  enableInternetGatewayCodec,
} from '../enable-internet-gateway.js'
import { decideEngageAutoRelay, type EngageAutoRelay, engageAutoRelayCodec } from '../engage-auto-relay.js'
import { decideMoveAutoRelay, type MoveAutoRelay, moveAutoRelayCodec } from '../move-auto-relay.js'
import { decideRankGateways, type RankGateways, rankGatewaysCodec } from '../rank-gateways.js'
import { decideReleaseAutoRelay, type ReleaseAutoRelay, releaseAutoRelayCodec } from '../release-auto-relay.js'
import { decideRemoveGateway, type RemoveGateway, removeGatewayCodec } from '../remove-gateway.js'
import { decideReportRelayVector, type ReportRelayVector, reportRelayVectorCodec } from '../report-relay-vector.js'
import { decideSetAutoGateway, type SetAutoGateway, setAutoGatewayCodec } from '../set-auto-gateway.js'
import { decideSetRouteAllTraffic, type SetRouteAllTraffic, setRouteAllTrafficCodec } from '../set-route-all-traffic.js'
import { decideUnassignRelay, type UnassignRelay, unassignRelayCodec } from '../unassign-relay.js'
import { decideUpdateGateway, type UpdateGateway, updateGatewayCodec } from '../update-gateway.js'
import {
  decideUpdateInternetGateway,
  type UpdateInternetGateway,
  updateInternetGatewayCodec,
} from '../update-internet-gateway.js'
import { decideUpdateNodeTraits, type UpdateNodeTraits, updateNodeTraitsCodec } from '../update-node-traits.js'
import type { CommandTables } from './command-tables.js'

/** Commands about gateways, relays, auto-relay and internet gateways. */
export type GatewayCommand =
  | AssignRelay
  | CreateGateway
  | DisableInternetGateway
  | EnableInternetGateway
  | EngageAutoRelay
  | MoveAutoRelay
  | RankGateways
  | ReleaseAutoRelay
  | RemoveGateway
  | ReportRelayVector
  | SetAutoGateway
  | SetRouteAllTraffic
  | UnassignRelay
  | UpdateGateway
  | UpdateInternetGateway
  | UpdateNodeTraits

export const gatewayCommands: CommandTables<GatewayCommand> = {
  codecs: {
    AssignRelay: assignRelayCodec,
    CreateGateway: createGatewayCodec,
    DisableInternetGateway: disableInternetGatewayCodec,
    EnableInternetGateway: enableInternetGatewayCodec,
    EngageAutoRelay: engageAutoRelayCodec,
    MoveAutoRelay: moveAutoRelayCodec,
    RankGateways: rankGatewaysCodec,
    ReleaseAutoRelay: releaseAutoRelayCodec,
    RemoveGateway: removeGatewayCodec,
    ReportRelayVector: reportRelayVectorCodec,
    SetAutoGateway: setAutoGatewayCodec,
    SetRouteAllTraffic: setRouteAllTrafficCodec,
    UnassignRelay: unassignRelayCodec,
    UpdateGateway: updateGatewayCodec,
    UpdateInternetGateway: updateInternetGatewayCodec,
    UpdateNodeTraits: updateNodeTraitsCodec,
  },
  rules: {
    AssignRelay: decideAssignRelay,
    CreateGateway: decideCreateGateway,
    DisableInternetGateway: decideDisableInternetGateway,
    EnableInternetGateway: decideEnableInternetGateway,
    EngageAutoRelay: decideEngageAutoRelay,
    MoveAutoRelay: decideMoveAutoRelay,
    RankGateways: decideRankGateways,
    ReleaseAutoRelay: decideReleaseAutoRelay,
    RemoveGateway: decideRemoveGateway,
    ReportRelayVector: decideReportRelayVector,
    SetAutoGateway: decideSetAutoGateway,
    SetRouteAllTraffic: decideSetRouteAllTraffic,
    UnassignRelay: decideUnassignRelay,
    UpdateGateway: decideUpdateGateway,
    UpdateInternetGateway: decideUpdateInternetGateway,
    UpdateNodeTraits: decideUpdateNodeTraits,
  },
}
