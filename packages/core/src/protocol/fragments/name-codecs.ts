/** Fragments about names. */
import * as t from 'io-ts'
import { orNull, shortText } from '../../mesh/event-parts.js'
import { hostNameCodec, ipv4AddressCodec, ipv6AddressCodec, networkIdCodec } from '../../values/index.js'
import { addressesCodec, memberIdCodec } from './codec-parts.js'

export const nameEntryCodec = t.strict({
  memberId: memberIdCodec,
  name: hostNameCodec,
  address4: orNull(ipv4AddressCodec),
  address6: orNull(ipv6AddressCodec),
})
export const namesCodec = t.strict({
  kind: t.literal('names'),
  networkId: networkIdCodec,
  suffix: shortText(300),
  entries: t.readonlyArray(nameEntryCodec),
})
export const dnsCodec = t.strict({
  kind: t.literal('dns'),
  networkId: networkIdCodec,
  servers: addressesCodec,
  records: t.readonlyArray(t.strict({ name: shortText(300), addresses: addressesCodec })),
  resolvers: t.readonlyArray(
    t.strict({ name: shortText(300), servers: addressesCodec, matchDomains: t.readonlyArray(shortText(300)) }),
  ),
})
