/** Events of hosts: a line in each table for each of them. */
import {
  evolveHostEndpointsChanged,
  type HostEndpointsChanged,
  hostEndpointsChangedCodec,
} from '../events/host-endpoints-changed.js'
import { evolveHostKeyRotated, type HostKeyRotated, hostKeyRotatedCodec } from '../events/host-key-rotated.js'
import { evolveHostOwnerChanged, type HostOwnerChanged, hostOwnerChangedCodec } from '../events/host-owner-changed.js'
import {
  evolveHostPrefixesExcluded,
  type HostPrefixesExcluded,
  hostPrefixesExcludedCodec,
} from '../events/host-prefixes-excluded.js'
import { evolveHostRegistered, type HostRegistered, hostRegisteredCodec } from '../events/host-registered.js'
import { evolveHostRemoved, type HostRemoved, hostRemovedCodec } from '../events/host-removed.js'
import {
  evolveHostResolversChanged,
  type HostResolversChanged,
  hostResolversChangedCodec,
} from '../events/host-resolvers-changed.js'
import { evolveHostUpdated, type HostUpdated, hostUpdatedCodec } from '../events/host-updated.js'
import type { EventTables } from './event-tables.js'

/** Events of hosts. */
export type HostEvent =
  | HostEndpointsChanged
  | HostKeyRotated
  | HostOwnerChanged
  | HostPrefixesExcluded
  | HostRegistered
  | HostRemoved
  | HostResolversChanged
  | HostUpdated

export const hostEvents: EventTables<HostEvent> = {
  recipes: {
    HostEndpointsChanged: evolveHostEndpointsChanged,
    HostKeyRotated: evolveHostKeyRotated,
    HostOwnerChanged: evolveHostOwnerChanged,
    HostPrefixesExcluded: evolveHostPrefixesExcluded,
    HostRegistered: evolveHostRegistered,
    HostRemoved: evolveHostRemoved,
    HostResolversChanged: evolveHostResolversChanged,
    HostUpdated: evolveHostUpdated,
  },
  codecs: {
    HostEndpointsChanged: hostEndpointsChangedCodec,
    HostKeyRotated: hostKeyRotatedCodec,
    HostOwnerChanged: hostOwnerChangedCodec,
    HostPrefixesExcluded: hostPrefixesExcludedCodec,
    HostRegistered: hostRegisteredCodec,
    HostRemoved: hostRemovedCodec,
    HostResolversChanged: hostResolversChangedCodec,
    HostUpdated: hostUpdatedCodec,
  },
  versions: {
    HostEndpointsChanged: 1,
    HostKeyRotated: 1,
    HostOwnerChanged: 1,
    HostPrefixesExcluded: 1,
    HostRegistered: 2,
    HostRemoved: 1,
    HostResolversChanged: 1,
    HostUpdated: 1,
  },
}
