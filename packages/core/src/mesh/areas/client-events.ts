/** Events of clients, and of users' devices that run an agent: a line in each table for each of them. */
import { type ClientAdded, clientAddedCodec, evolveClientAdded } from '../events/client-added.js'
import {
  type ClientConfigIssued,
  clientConfigIssuedCodec,
  evolveClientConfigIssued,
} from '../events/client-config-issued.js'
import { type ClientDisabled, clientDisabledCodec, evolveClientDisabled } from '../events/client-disabled.js'
import { type ClientEnabled, clientEnabledCodec, evolveClientEnabled } from '../events/client-enabled.js'
import { type ClientMoved, clientMovedCodec, evolveClientMoved } from '../events/client-moved.js'
import { type ClientRemoved, clientRemovedCodec, evolveClientRemoved } from '../events/client-removed.js'
import { type ClientUpdated, clientUpdatedCodec, evolveClientUpdated } from '../events/client-updated.js'
import { type DeviceEnrolled, deviceEnrolledCodec, evolveDeviceEnrolled } from '../events/device-enrolled.js'
import type { EventTables } from './event-tables.js'

/** Events of clients, and of users' devices. */
export type ClientEvent =
  | ClientAdded
  | ClientConfigIssued
  | ClientDisabled
  | ClientEnabled
  | ClientMoved
  | ClientRemoved
  | ClientUpdated
  | DeviceEnrolled

export const clientEvents: EventTables<ClientEvent> = {
  recipes: {
    ClientAdded: evolveClientAdded,
    ClientConfigIssued: evolveClientConfigIssued,
    ClientDisabled: evolveClientDisabled,
    ClientEnabled: evolveClientEnabled,
    ClientMoved: evolveClientMoved,
    ClientRemoved: evolveClientRemoved,
    ClientUpdated: evolveClientUpdated,
    DeviceEnrolled: evolveDeviceEnrolled,
  },
  codecs: {
    ClientAdded: clientAddedCodec,
    ClientConfigIssued: clientConfigIssuedCodec,
    ClientDisabled: clientDisabledCodec,
    ClientEnabled: clientEnabledCodec,
    ClientMoved: clientMovedCodec,
    ClientRemoved: clientRemovedCodec,
    ClientUpdated: clientUpdatedCodec,
    DeviceEnrolled: deviceEnrolledCodec,
  },
  versions: {
    ClientAdded: 1,
    ClientConfigIssued: 1,
    ClientDisabled: 1,
    ClientEnabled: 1,
    ClientMoved: 1,
    ClientRemoved: 1,
    ClientUpdated: 1,
    DeviceEnrolled: 1,
  },
}
