/** Events of policies, their tests, tags: a line in each table for each of them. */
import type { EventTables } from './event-tables.js'

export type PolicyEvent = never

export const policyEvents: EventTables<PolicyEvent> = { recipes: {}, codecs: {}, versions: {} }
