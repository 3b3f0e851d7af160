/** What happened to clients, in English. */
import type { ClientEvent } from './client-events.js'
import type { EventLines } from './event-lines.js'

export const clientLines: EventLines<ClientEvent> = {}
