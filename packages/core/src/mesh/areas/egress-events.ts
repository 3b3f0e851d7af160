/** Events of egress: a line in each table for each of them. */
import type { EventTables } from './event-tables.js'

export type EgressEvent = never

export const egressEvents: EventTables<EgressEvent> = { recipes: {}, codecs: {}, versions: {} }
