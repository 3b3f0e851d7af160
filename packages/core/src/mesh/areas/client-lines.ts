/** What happened to clients, in English. */
import type { ClientContent } from '../client-parts.js'
import type { Names } from '../names-in.js'
import type { ClientEvent } from './client-events.js'
import type { EventLines } from './event-lines.js'

export const clientLines: EventLines<ClientEvent> = {
  ClientAdded: (e, name) =>
    `Client "${e.name}" (${e.clientId}) was added to network ${name.network(e.networkId)} at gateway ${name.node(e.gatewayId)} with ${e.addresses.join(' and ')}${extrasText(e, name)}${e.deviceId === null ? '' : `, device ${e.deviceId}`}`,
  ClientUpdated: (e, name) =>
    `Client ${name.member(e.clientId)} is now: name "${e.name}", ${e.addresses.join(' and ')}${extrasText(e, name)}`,
  ClientMoved: (e, name) =>
    `Client ${name.member(e.clientId)} connects to gateway ${name.node(e.gatewayId)} from now on${e.cause === 'gateway-removed' ? ': its own is being removed' : ''}`,
  ClientDisabled: (e, name) => `Client ${name.member(e.clientId)} was disabled`,
  ClientEnabled: (e, name) => `Client ${name.member(e.clientId)} was enabled again`,
  ClientRemoved: (e, name) => `Client ${name.member(e.clientId)} was removed${causes[e.cause]}`,
  DeviceEnrolled: (e, name) => `Host ${name.host(e.hostId)} is device ${e.deviceId} of user ${name.user(e.userId)}`,
  ClientConfigIssued: (e, name) => `The file of client ${name.member(e.clientId)} was handed out (${e.hash})`,
}

const causes = {
  removed: '',
  'gateway-removed': ': its gateway is being removed',
  'network-removed': ': the network is being removed',
  'user-removed': ': its owner is being removed',
} as const

const extrasText = (content: ClientContent, name: Names): string =>
  [
    content.additionalAddresses.length === 0 ? '' : `also ${firstFew(content.additionalAddresses)}`,
    content.prefixesBehind.length === 0 ? '' : `with ${firstFew(content.prefixesBehind)} behind it`,
    content.fullTunnel ? 'all its traffic through the gateway' : '',
    content.ownerUserId === null ? '' : `of user ${name.user(content.ownerUserId)}`,
    content.keyVaulted ? 'its key in the vault' : '',
  ]
    .filter((text) => text !== '')
    .map((text) => `, ${text}`)
    .join('')

const shown = 5

const firstFew = (items: readonly string[]): string =>
  items.slice(0, shown).join(', ') + (items.length > shown ? ` and ${items.length - shown} more` : '')
