/** Everything that can happen to a mesh. To add an event: a file in `events/`, and one line in each table of its area in `areas/`. */
import type * as t from 'io-ts'
import { type ClientEvent, clientEvents } from './areas/client-events.js'
import { type DnsEvent, dnsEvents } from './areas/dns-events.js'
import { type EgressEvent, egressEvents } from './areas/egress-events.js'
import { type EnrollmentEvent, enrollmentEvents } from './areas/enrollment-events.js'
import { type GatewayEvent, gatewayEvents } from './areas/gateway-events.js'
import { type HostEvent, hostEvents } from './areas/host-events.js'
import { type NetworkEvent, networkEvents } from './areas/network-events.js'
import { type NodeEvent, nodeEvents } from './areas/node-events.js'
import { type PolicyEvent, policyEvents } from './areas/policy-events.js'
import { type UserEvent, userEvents } from './areas/user-events.js'
import type { MeshDraft } from './mesh-state.js'

/** Something that happened to a mesh: a decision, or a fact that changes a config. It holds from then on, and is never refused. */
export type MeshEvent =
  | ClientEvent
  | DnsEvent
  | EgressEvent
  | EnrollmentEvent
  | GatewayEvent
  | HostEvent
  | NetworkEvent
  | NodeEvent
  | PolicyEvent
  | UserEvent

/** Tells one event from another: its `type`. */
export type MeshEventType = MeshEvent['type']

/** The event of that type. */
export type MeshEventOf<T extends MeshEventType> = Extract<MeshEvent, { type: T }>

/** What each type of event does to the state. */
export const recipes: { readonly [T in MeshEventType]: (draft: MeshDraft, event: MeshEventOf<T>) => void } = {
  ...clientEvents.recipes,
  ...dnsEvents.recipes,
  ...egressEvents.recipes,
  ...enrollmentEvents.recipes,
  ...gatewayEvents.recipes,
  ...hostEvents.recipes,
  ...networkEvents.recipes,
  ...nodeEvents.recipes,
  ...policyEvents.recipes,
  ...userEvents.recipes,
}

/** How each type of event is read back from where it was kept, newest schema version. */
export const eventCodecs: { readonly [T in MeshEventType]: t.Type<MeshEventOf<T>, unknown> } = {
  ...clientEvents.codecs,
  ...dnsEvents.codecs,
  ...egressEvents.codecs,
  ...enrollmentEvents.codecs,
  ...gatewayEvents.codecs,
  ...hostEvents.codecs,
  ...networkEvents.codecs,
  ...nodeEvents.codecs,
  ...policyEvents.codecs,
  ...userEvents.codecs,
}

/** The newest schema version of each type of event. */
export const eventSchemaVersions: { readonly [T in MeshEventType]: number } = {
  ...clientEvents.versions,
  ...dnsEvents.versions,
  ...egressEvents.versions,
  ...enrollmentEvents.versions,
  ...gatewayEvents.versions,
  ...hostEvents.versions,
  ...networkEvents.versions,
  ...nodeEvents.versions,
  ...policyEvents.versions,
  ...userEvents.versions,
}

/** Every type of event, in a fixed order. */
export const meshEventTypes = Object.keys(recipes) as readonly MeshEventType[]
