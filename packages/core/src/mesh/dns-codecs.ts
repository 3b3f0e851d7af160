/** How DNS records and resolvers are written in events and commands. */
import { dnsRecordIdCodec, ipAddressCodec, networkIdCodec, resolverIdCodec } from '../values/index.js'
import { checked, filledList } from './event-parts.js'

const namePattern = /^(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/

/** A full name: labels of letters, digits and hyphens (RFC 1123 §2.1), 253 characters at most, without a dot at its end. */
const dnsNameCodec = checked(
  'a DNS name in lower case, of at most 253 characters',
  (u): u is string => typeof u === 'string' && u.length <= 253 && namePattern.test(u),
)

/** Fields of a record, each with its codec. */
export const dnsRecordProps = {
  dnsRecordId: dnsRecordIdCodec,
  networkId: networkIdCodec,
  name: dnsNameCodec,
  addresses: filledList(ipAddressCodec, 32),
}

/** What tells one resolver from another, besides its name. */
export const resolverIdentityProps = { resolverId: resolverIdCodec, networkId: networkIdCodec }

/** What is said of a resolver, besides its name. */
export const resolverContentProps = {
  servers: filledList(ipAddressCodec, 8),
  matchDomains: filledList(dnsNameCodec, 32),
}
