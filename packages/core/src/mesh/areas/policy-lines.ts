/** What happened to policies, their tests, tags, in English. */

import type { EventLines } from './event-lines.js'
import type { PolicyEvent } from './policy-events.js'

export const policyLines: EventLines<PolicyEvent> = {}
