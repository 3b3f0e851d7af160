/** What the codecs of all fragments are made of. */
import * as t from 'io-ts'
import { orNull, shortText } from '../../mesh/event-parts.js'
import type { PairId } from '../../mesh/mesh-state.js'
import { trafficCodec } from '../../mesh/policy-codecs.js'
import {
  type IpPrefix,
  ipAddressCodec,
  ipPrefixCodec,
  nodeIdCodec,
  type PolicyId,
  policyIdCodec,
} from '../../values/index.js'

/** A bound that no mesh comes near; it keeps a decoder's work in proportion to what it is sent. */
export const maxKeyLength = 8192

export const text = <A extends string>(
  name: string,
  accepts: (value: string) => boolean,
  message: string,
): t.Type<A, unknown> => {
  const is = (u: unknown): u is A => typeof u === 'string' && accepts(u)
  return new t.Type<A, unknown>(name, is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c, message)), t.identity)
}

export const asCodec = <A>(codec: unknown): t.Type<A, unknown> => codec as t.Type<A, unknown>

/** Names of sets and classes: as long as many tags make them. */
export const keyCodec = shortText(maxKeyLength)
export const nodeIdsCodec = t.readonlyArray(nodeIdCodec)
export const prefixesCodec = t.readonlyArray(ipPrefixCodec)
export const addressesCodec = t.readonlyArray(ipAddressCodec)
export const pairIdCodec = text<PairId>(
  'PairId',
  (value) => value.length <= 129 && value.split('+').length === 2 && value.split('+').every((id) => nodeIdCodec.is(id)),
  "must be two node ids with '+' between them",
)

/** Ids of nodes and of clients are texts of one kind. */
export const memberIdCodec = nodeIdCodec
export const entryCodec = t.strict({ memberId: memberIdCodec, prefixes: prefixesCodec })

export const endsCodec = t.strict({ sets: t.readonlyArray(keyCodec), prefixes: prefixesCodec })
export const policyCodec = orNull(asCodec<PolicyId>(policyIdCodec))
const acceptRuleCodec = t.strict({
  policyId: policyCodec,
  from: endsCodec,
  within: orNull(keyCodec),
  to: orNull(asCodec<readonly IpPrefix[]>(prefixesCodec)),
  traffic: trafficCodec,
})
export const acceptRulesCodec = t.readonlyArray(acceptRuleCodec)
