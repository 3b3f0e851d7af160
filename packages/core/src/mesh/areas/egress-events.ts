/** Events of egress: a line in each table for each of them. */
import { type EgressAdded, egressAddedCodec, evolveEgressAdded } from '../events/egress-added.js'
import { type EgressRemoved, egressRemovedCodec, evolveEgressRemoved } from '../events/egress-removed.js'
import { type EgressUpdated, egressUpdatedCodec, evolveEgressUpdated } from '../events/egress-updated.js'
import type { EventTables } from './event-tables.js'

/** Events of egress. */
export type EgressEvent = EgressAdded | EgressRemoved | EgressUpdated

export const egressEvents: EventTables<EgressEvent> = {
  recipes: {
    EgressAdded: evolveEgressAdded,
    EgressRemoved: evolveEgressRemoved,
    EgressUpdated: evolveEgressUpdated,
  },
  codecs: {
    EgressAdded: egressAddedCodec,
    EgressRemoved: egressRemovedCodec,
    EgressUpdated: egressUpdatedCodec,
  },
  versions: {
    EgressAdded: 1,
    EgressRemoved: 1,
    EgressUpdated: 1,
  },
}
