/** Fragments about who may reach whom, clients among them. */
import * as t from 'io-ts'
import type { OwnPeers } from '../../host-config/rule-parts.js'
import { orNull } from '../../mesh/event-parts.js'
import {
  clientIdCodec,
  egressIdCodec,
  hostNameCodec,
  networkIdCodec,
  nodeIdCodec,
  wireguardPublicKeyCodec,
} from '../../values/index.js'
import {
  acceptRulesCodec,
  asCodec,
  endsCodec,
  entryCodec,
  keyCodec,
  policyCodec,
  prefixesCodec,
} from './codec-parts.js'

export const classCodec = t.strict({
  kind: t.literal('class'),
  networkId: networkIdCodec,
  classKey: keyCodec,
  peers: t.readonlyArray(keyCodec),
  ownPeers: orNull(asCodec<OwnPeers>(t.strict({ within: keyCodec, sets: t.readonlyArray(keyCodec) }))),
  rules: acceptRulesCodec,
  egressIds: t.readonlyArray(egressIdCodec),
})
export const relayingCodec = t.strict({
  kind: t.literal('relaying'),
  networkId: networkIdCodec,
  pairs: t.readonlyArray(t.strict({ policyId: policyCodec, from: endsCodec, to: endsCodec, internet: t.boolean })),
})
export const internetCodec = t.strict({
  kind: t.literal('internet'),
  networkId: networkIdCodec,
  rules: acceptRulesCodec,
})
export const clientsCodec = t.strict({
  kind: t.literal('clients'),
  networkId: networkIdCodec,
  gatewayId: nodeIdCodec,
  entries: t.readonlyArray(entryCodec),
})
export const clientCodec = t.strict({
  kind: t.literal('client'),
  clientId: clientIdCodec,
  networkId: networkIdCodec,
  gatewayId: nodeIdCodec,
  name: hostNameCodec,
  publicKey: wireguardPublicKeyCodec,
  prefixes: prefixesCodec,
  sets: t.readonlyArray(keyCodec),
  rules: acceptRulesCodec,
})
