/** Codecs of fields that several commands have; narrower than what events may hold, because commands come first. */
import type * as t from 'io-ts'
import {
  hostNameCodec,
  identityPublicKeyCodec,
  ipAddressCodec,
  ipPrefixCodec,
  ipv6AddressCodec,
  wireguardPublicKeyCodec,
} from '../../values/index.js'
import {
  checked,
  endpointCandidatesCodec,
  hostCapabilitiesCodec,
  hostSystemCodec,
  localPrefixesCodec,
  networkSettingsProps,
  orNull,
  portCodec,
  shortText,
  wantedMtuCodec,
} from '../event-parts.js'
import { partialCodec } from './command-codec.js'

/** A name for people: no control characters, not empty, no blanks at its ends. */
export const titleCodec = (maxLength: number): t.Type<string, unknown> => {
  const text = shortText(maxLength)
  return checked(
    `a name of 1 to ${maxLength} characters, without blanks at its ends`,
    (u): u is string => text.is(u) && u !== '' && u.trim() === u,
  )
}

const matching = (name: string, pattern: RegExp, maxLength: number): t.Type<string, unknown> =>
  checked(name, (u): u is string => typeof u === 'string' && u.length <= maxLength && pattern.test(u))

/** A DNS domain in lower case. With a host's and a network's name before it, it stays within DNS's 253 characters. */
export const domainCodec = matching(
  'a DNS domain in lower case, of at most 150 characters',
  /^(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/,
  150,
)

/** SHA-256 of an enrolment key's secret: 64 lower-case hex digits. */
export const secretHashCodec = matching('64 lower-case hex digits', /^[0-9a-f]{64}$/, 64)

export const rangeCodec = orNull(ipPrefixCodec)

/** Each setting that is given changes; the others stay. */
export const networkSettingsChangeCodec = partialCodec('network settings', {
  ...networkSettingsProps,
  mtuBytes: wantedMtuCodec,
})

/** What a machine says of itself when the mesh first hears of it. */
export const hostFactsProps = {
  name: hostNameCodec,
  system: hostSystemCodec,
  /** Wanted; another host behind the same public address may have it already. */
  listenPort: portCodec,
  /** `null`: what its networks say. */
  mtuBytes: orNull(wantedMtuCodec),
  wireguardKey: wireguardPublicKeyCodec,
  identityKey: identityPublicKeyCodec,
  /** Made by the caller from the mesh's id and the identity key, inside the mesh's IPv6 control range. */
  controlAddress6: ipv6AddressCodec,
  endpoints: endpointCandidatesCodec,
  localPrefixes: localPrefixesCodec,
  capabilities: hostCapabilitiesCodec,
}

/** What the server knows of the machine beside that. */
export const hostFactsOptionalProps = {
  /**
   * Where the machine's call came from: until it has been seen elsewhere, other hosts at that address get other ports. `null`, or left
   * out: not known.
   */
  enrolledFrom: orNull(ipAddressCodec),
}
