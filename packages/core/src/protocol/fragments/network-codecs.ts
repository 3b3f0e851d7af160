/** Fragments about networks and who is in them. */
import * as t from 'io-ts'
import { orNull } from '../../mesh/event-parts.js'
import { ipPrefixCodec, networkIdCodec, networkNameCodec } from '../../values/index.js'
import { entryCodec, keyCodec, nodeIdsCodec, prefixesCodec } from './codec-parts.js'

export const networkCodec = t.strict({
  kind: t.literal('network'),
  networkId: networkIdCodec,
  name: networkNameCodec,
  range4: orNull(ipPrefixCodec),
  range6: orNull(ipPrefixCodec),
  egressPrefixes: prefixesCodec,
  clientPrefixes: prefixesCodec,
  gatewayIds: nodeIdsCodec,
})

export const membersCodec = t.strict({ kind: t.literal('members'), networkId: networkIdCodec, nodeIds: nodeIdsCodec })

export const setCodec = t.strict({
  kind: t.literal('set'),
  networkId: networkIdCodec,
  key: keyCodec,
  entries: t.readonlyArray(entryCodec),
})
