/** Events of gateways, relays, auto-relay, internet gateways: a line in each table for each of them. */
import type { EventTables } from './event-tables.js'

export type GatewayEvent = never

export const gatewayEvents: EventTables<GatewayEvent> = { recipes: {}, codecs: {}, versions: {} }
