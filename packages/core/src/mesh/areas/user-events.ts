/** Events of users, groups, API tokens: a line in each table for each of them. */
import type { EventTables } from './event-tables.js'

export type UserEvent = never

export const userEvents: EventTables<UserEvent> = { recipes: {}, codecs: {}, versions: {} }
