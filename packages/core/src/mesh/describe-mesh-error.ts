/** The one place where refusals are said in English: what is wrong, and the way out. */
import { type EpochMs, type IpPrefix, prefixFamily } from '../values/index.js'
import { clientRefusals } from './areas/client-errors.js'
import { dnsRefusals } from './areas/dns-errors.js'
import { egressRefusals } from './areas/egress-errors.js'
import { gatewayRefusals } from './areas/gateway-errors.js'
import { policyRefusals } from './areas/policy-errors.js'
import { haveFilter } from './areas/refusal-texts.js'
import { userRefusals } from './areas/user-errors.js'
import type { MeshError, MeshErrorCode, MeshErrorOf } from './mesh-error.js'
import { emptyMeshState, type MeshState } from './mesh-state.js'
import { type Names, namesIn } from './names-in.js'
import { rangeOwnerText } from './range-owner.js'

/**
 * One or two sentences for people. Holds no secret; names and texts in it are free of control characters. Whom the refusal has by an id
 * alone is named from `state`, the one that the command was decided in; ids stand in where it doesn't know them.
 */
export const describeMeshError = (error: MeshError, state: MeshState = emptyMeshState()): string => {
  const describe = sentences[error.code] as (error: MeshError, names: Names) => string
  return describe(error, namesIn(state))
}

const sentences: { readonly [C in MeshErrorCode]: (error: MeshErrorOf<C>, names: Names) => string } = {
  'command-malformed': ({ problem }) => `The command is malformed: ${problem}. Decode it with its codec first.`,
  'mesh-unknown': () => 'There is no such mesh. Create it first.',
  'mesh-exists': ({ meshId, name }) =>
    `This is mesh "${name}" (${meshId}) already. Update its settings, or create the other mesh in a stream of its own.`,

  'range-overlaps': ({ range, owner }) =>
    `${range} overlaps ${rangeOwnerText(owner)}. Choose a range that shares no address with it.`,
  'range-size': ({ range, shortestLength, longestLength }) =>
    `${range} has the wrong size: choose a prefix length from ${shortestLength} to ${longestLength} for IPv${prefixFamily(range)}.`,
  'range-not-usable': ({ range, reason }) =>
    `${range} touches ${reason} addresses, which no host can have. Choose a private range such as ${exampleRange(range)}.`,
  'range-wrong-family': ({ range, family }) =>
    `${range} is given as IPv${family} range but is none. Give it as IPv${prefixFamily(range)} range, or choose another.`,
  'control-range-in-use': ({ hosts }) =>
    `Control ranges can't move while ${hosts === 1 ? 'a host has its address' : `${hosts} hosts have their addresses`} there. Remove the hosts first, or keep the ranges.`,

  'network-unknown': ({ networkId }) => `There is no network ${networkId}. List the networks to find the right id.`,
  'network-id-taken': ({ networkId, name }) =>
    `The id ${networkId} is network "${name}" already, with other content. Update that network, or take a fresh id.`,
  'network-name-taken': ({ name }) => `There is a network "${name}" already. Choose another name.`,
  'network-needs-range': ({ name }) =>
    `Network "${name}" needs an IPv4 range, an IPv6 range, or both. Give at least one.`,
  'network-used': ({ name, field }) =>
    `The ${fieldText[field]} of network "${name}" can't change any more: it has had nodes. Create another network and move the hosts there.`,
  'network-has-nodes': ({ name, nodes }) =>
    `Network "${name}" has ${counted(nodes, 'node')}. Remove ${nodes === 1 ? 'it' : 'them'} first, or say that ${nodes === 1 ? 'it' : 'they'} shall be removed too.`,
  'network-full': ({ name, range }) =>
    `Every address of ${range} in network "${name}" is taken. Remove nodes that are not needed, or use another network.`,

  'host-unknown': ({ hostId }) => `There is no host ${hostId}. List the hosts to find the right id.`,
  'host-id-taken': ({ hostId, name }) =>
    `The id ${hostId} is host "${name}" already, which has other keys. Take a fresh id.`,
  'host-registered': ({ hostId, name }) => `These keys are host "${name}" (${hostId}) already. Use that host.`,
  'host-retired': ({ hostId }) =>
    `One of these keys was that of host ${hostId}, which was removed or has another key now; it can't come back. Make new keys on the machine and enrol again.`,
  'host-keys-mismatch': ({ hostId, name, knownKey }) =>
    `The ${keyText[knownKey]} is that of host "${name}" (${hostId}), the ${otherKeyText[knownKey]} is not. Make both keys anew if this is another machine; restore both if it is the same.`,
  'host-cannot-isolate-networks': ({ name, networkNames }) =>
    `Host "${name}" can't be in ${networkNames.map((network) => `"${network}"`).join(' and ')} at once: its driver can't keep networks apart. Keep it in one of them, or ${haveFilter}.`,
  'endpoint-refused': ({ endpoint, reason, owner }) =>
    owner === null
      ? `${endpoint} can't be given to other hosts: it is a ${reason} address. Leave it out.`
      : `${endpoint} lies inside ${rangeOwnerText(owner)}, so it can't carry the mesh itself. Leave it out.`,
  'host-resolver-refused': ({ address, reason, owner }) =>
    owner === null
      ? `${address} can't be asked for names by others: it is a ${reason} address. Leave it out.`
      : `${address} lies inside ${rangeOwnerText(owner)}, so it is nobody whom a host asks outside the mesh. Leave it out.`,
  'listen-ports-exhausted': ({ addresses }) =>
    `Every port of ${addresses.join(', ')} is another host's. Remove hosts that are gone, or use another public address.`,
  'control-address-outside': ({ address, range }) =>
    `The control address ${address} lies outside the control range ${range}. Make it from the mesh's range and the host's identity key.`,
  'control-address-taken': ({ address, hostId, name }) =>
    `The control address ${address} is that of host "${name}" (${hostId}). Make a new identity key on the machine and enrol again.`,
  'control-range-full': ({ range }) =>
    `Every control address of ${range} is taken. Remove hosts that are gone; the range can't grow while there are hosts.`,

  'node-unknown': ({ nodeId }) => `There is no node ${nodeId}. List the nodes to find the right id.`,
  'node-id-taken': ({ nodeId }) => `There is a node or client ${nodeId} already. Take a fresh id.`,
  'node-ids-missing': ({ needed, given }) =>
    `The host joins ${counted(needed, 'network')}, but ${given} fresh node ids came with the command. Give one for each.`,
  'node-name-taken': ({ name, networkName }) =>
    `Network "${networkName}" has a node or client "${name}" already. Choose another name, or give none.`,
  'host-in-network': ({ name, networkName }) =>
    `The host is in network "${networkName}" already, as node "${name}", on other terms. Remove that node first, or leave it as it is.`,
  'expiry-not-ahead': ({ expiresAtEpochMs, atEpochMs }) =>
    `The time to expire, ${timeText(expiresAtEpochMs)}, is not after now, ${timeText(atEpochMs)}. Give a later one, or none.`,
  'node-not-due': ({ name, expiresAtEpochMs }) =>
    expiresAtEpochMs === null
      ? `Node "${name}" never expires. Set a time to expire, or disconnect or remove it.`
      : `Node "${name}" expires at ${timeText(expiresAtEpochMs)}, not before. Set an earlier time, or disconnect or remove it.`,
  'node-not-ephemeral': ({ name }) =>
    `Node "${name}" is not ephemeral: it stays while its host is away. Remove it if it shall go.`,
  'node-not-away-long-enough': ({ name, removableAtEpochMs }) =>
    removableAtEpochMs === null
      ? `Node "${name}" is not away. Remove it by hand if it shall go.`
      : `Node "${name}" is away, but its grace lasts until ${timeText(removableAtEpochMs)}. Wait, or remove it by hand.`,

  'member-unknown': ({ memberId }) =>
    `There is no node or client ${memberId}. List the nodes or the clients to find the right id.`,
  'too-many-tags': ({ name, limit }) => `"${name}" has ${limit} tags, and no more are possible. Remove one first.`,

  'address-taken': ({ address, name }) =>
    `${address} is the address of "${name}". Choose another, or give none for the lowest free one.`,
  'address-not-usable': ({ address, networkName, range, reason }) =>
    `${addressText[reason](address, networkName, range)} Choose another, or give none.`,

  'enrollment-key-invalid': () =>
    'The enrolment key is not valid. Check that the whole token was copied, or ask for a new one.',
  'enrollment-key-revoked': () => 'The enrolment key was revoked. Ask for a new one.',
  'enrollment-key-used-up': ({ maxUses }) =>
    `The enrolment key is used up: it was for ${counted(maxUses, 'host')}. Ask for a new one.`,
  'enrollment-key-expired': ({ expiresAtEpochMs }) =>
    `The enrolment key expired at ${timeText(expiresAtEpochMs)}. Ask for a new one.`,
  'enrollment-key-suspended': () =>
    'The enrolment key is suspended: its gateway went away. Ask an administrator to give it another gateway, or for a new key.',
  'enrollment-key-gateway-unfit': ({ nodeId, name }, names) =>
    `Node ${names.node(nodeId)} is not a gateway of a network that enrolment key "${name}" leads to. Choose one that is, "auto", or none.`,
  'enrollment-key-unknown': ({ keyId }) => `There is no enrolment key ${keyId}. List the keys to find the right id.`,
  'enrollment-key-id-taken': ({ keyId, name }) =>
    `The id ${keyId} is enrolment key "${name}" already, with other content. Take a fresh id.`,
  'enrollment-key-name-taken': ({ name }) =>
    `There is an enrolment key "${name}" already. Choose another name, or revoke that key first.`,
  'enrollment-key-needs-network': ({ name }) => `Enrolment key "${name}" leads to no network. Name at least one.`,

  ...clientRefusals,
  ...dnsRefusals,
  ...egressRefusals,
  ...gatewayRefusals,
  ...policyRefusals,
  ...userRefusals,
}

/** Every code of a refusal, in a fixed order. */
export const meshErrorCodes = Object.keys(sentences) as readonly MeshErrorCode[]

const fieldText = { name: 'name', range4: 'IPv4 range', range6: 'IPv6 range' } as const
const keyText = { wireguardKey: 'WireGuard key', identityKey: 'identity key' } as const
const otherKeyText = { wireguardKey: keyText.identityKey, identityKey: keyText.wireguardKey } as const

const addressText = {
  'no-range': (address: string, network: string) => `Network "${network}" has no range for ${address}.`,
  outside: (address: string, network: string, range: IpPrefix | null) =>
    `${address} lies outside ${range}, the range of network "${network}".`,
  reserved: (address: string, network: string) =>
    `${address} is one that network "${network}" never gives: its first, or reserved at its end.`,
} as const

const exampleRange = (range: IpPrefix): string => (prefixFamily(range) === 4 ? '10.20.0.0/16' : 'fd12:3456:789a::/64')

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** A `Date` holds times up to the year 275760; later ones are shown as numbers. */
const timeText = (time: EpochMs): string => (time <= 8.64e15 ? new Date(time).toISOString() : `${time} ms`)
