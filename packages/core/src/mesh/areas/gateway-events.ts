/** Events of gateways, relays, auto-relay, internet gateways: a line in each table for each of them. */
import { type AutoRelayEngaged, autoRelayEngagedCodec, evolveAutoRelayEngaged } from '../events/auto-relay-engaged.js'
import { type AutoRelayMoved, autoRelayMovedCodec, evolveAutoRelayMoved } from '../events/auto-relay-moved.js'
import {
  type AutoRelayReleased,
  autoRelayReleasedCodec,
  evolveAutoRelayReleased,
} from '../events/auto-relay-released.js'
import { evolveGatewayCreated, type GatewayCreated, gatewayCreatedCodec } from '../events/gateway-created.js'
import {
  evolveGatewayRankingChanged,
  type GatewayRankingChanged,
  gatewayRankingChangedCodec,
} from '../events/gateway-ranking-changed.js'
import { evolveGatewayRemoved, type GatewayRemoved, gatewayRemovedCodec } from '../events/gateway-removed.js'
import { evolveGatewayUpdated, type GatewayUpdated, gatewayUpdatedCodec } from '../events/gateway-updated.js'
import {
  evolveInternetGatewayDisabled,
  type InternetGatewayDisabled,
  internetGatewayDisabledCodec,
} from '../events/internet-gateway-disabled.js'
import {
  evolveInternetGatewayEnabled,
  type InternetGatewayEnabled,
  internetGatewayEnabledCodec,
} from '../events/internet-gateway-enabled.js'
import {
  evolveNodeTraitsUpdated,
  type NodeTraitsUpdated,
  nodeTraitsUpdatedCodec,
} from '../events/node-traits-updated.js'
import { evolveRelayAssigned, type RelayAssigned, relayAssignedCodec } from '../events/relay-assigned.js'
import { evolveRelayMoved, type RelayMoved, relayMovedCodec } from '../events/relay-moved.js'
import { evolveRelayUnassigned, type RelayUnassigned, relayUnassignedCodec } from '../events/relay-unassigned.js'
import {
  evolveRouteAllTrafficSet,
  type RouteAllTrafficSet,
  routeAllTrafficSetCodec,
} from '../events/route-all-traffic-set.js'
import type { EventTables } from './event-tables.js'

/** Events of gateways, relays, auto-relay and internet gateways. */
export type GatewayEvent =
  | AutoRelayEngaged
  | AutoRelayMoved
  | AutoRelayReleased
  | GatewayCreated
  | GatewayRankingChanged
  | GatewayRemoved
  | GatewayUpdated
  | InternetGatewayDisabled
  | InternetGatewayEnabled
  | NodeTraitsUpdated
  | RelayAssigned
  | RelayMoved
  | RelayUnassigned
  | RouteAllTrafficSet

export const gatewayEvents: EventTables<GatewayEvent> = {
  recipes: {
    AutoRelayEngaged: evolveAutoRelayEngaged,
    AutoRelayMoved: evolveAutoRelayMoved,
    AutoRelayReleased: evolveAutoRelayReleased,
    GatewayCreated: evolveGatewayCreated,
    GatewayRankingChanged: evolveGatewayRankingChanged,
    GatewayRemoved: evolveGatewayRemoved,
    GatewayUpdated: evolveGatewayUpdated,
    InternetGatewayDisabled: evolveInternetGatewayDisabled,
    InternetGatewayEnabled: evolveInternetGatewayEnabled,
    NodeTraitsUpdated: evolveNodeTraitsUpdated,
    RelayAssigned: evolveRelayAssigned,
    RelayMoved: evolveRelayMoved,
    RelayUnassigned: evolveRelayUnassigned,
    RouteAllTrafficSet: evolveRouteAllTrafficSet,
  },
  codecs: {
    AutoRelayEngaged: autoRelayEngagedCodec,
    AutoRelayMoved: autoRelayMovedCodec,
    AutoRelayReleased: autoRelayReleasedCodec,
    GatewayCreated: gatewayCreatedCodec,
    GatewayRankingChanged: gatewayRankingChangedCodec,
    GatewayRemoved: gatewayRemovedCodec,
    GatewayUpdated: gatewayUpdatedCodec,
    InternetGatewayDisabled: internetGatewayDisabledCodec,
    InternetGatewayEnabled: internetGatewayEnabledCodec,
    NodeTraitsUpdated: nodeTraitsUpdatedCodec,
    RelayAssigned: relayAssignedCodec,
    RelayMoved: relayMovedCodec,
    RelayUnassigned: relayUnassignedCodec,
    RouteAllTrafficSet: routeAllTrafficSetCodec,
  },
  versions: {
    AutoRelayEngaged: 1,
    AutoRelayMoved: 1,
    AutoRelayReleased: 1,
    GatewayCreated: 1,
    GatewayRankingChanged: 1,
    GatewayRemoved: 1,
    GatewayUpdated: 1,
    InternetGatewayDisabled: 1,
    InternetGatewayEnabled: 1,
    NodeTraitsUpdated: 1,
    RelayAssigned: 1,
    RelayMoved: 1,
    RelayUnassigned: 1,
    RouteAllTrafficSet: 1,
  },
}
