/** What happened to users, groups, API tokens, in English. */

import type { EventLines } from './event-lines.js'
import type { UserEvent } from './user-events.js'

export const userLines: EventLines<UserEvent> = {}
