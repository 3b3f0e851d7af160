/** Events of clients: a line in each table for each of them. */
import type { EventTables } from './event-tables.js'

export type ClientEvent = never

export const clientEvents: EventTables<ClientEvent> = { recipes: {}, codecs: {}, versions: {} }
