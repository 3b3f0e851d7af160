/** What happened to egress, in English. */
import type { EgressEvent } from './egress-events.js'
import type { EventLines } from './event-lines.js'

export const egressLines: EventLines<EgressEvent> = {}
