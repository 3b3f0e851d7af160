/** What happened to gateways, relays, auto-relay, internet gateways, in English. */

import type { EventLines } from './event-lines.js'
import type { GatewayEvent } from './gateway-events.js'

export const gatewayLines: EventLines<GatewayEvent> = {}
