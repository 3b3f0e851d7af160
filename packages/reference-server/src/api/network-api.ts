import {
  epochMsCodec,
  ipAddressCodec,
  ipPrefixCodec,
  type Network,
  networkIdCodec,
  networkNameCodec,
} from '@meshfold/core'
import * as t from 'io-ts'
import { body, keepaliveSeconds, listOf, mtuBytes, orNull, queryFlag, range } from './api-codecs.js'

const joinApproval = t.keyof({ automatic: null, required: null })
const gatewayBehindInternetGateway = t.keyof({ refuse: null, cascade: null })

/** A network, as lists and answers show it. */
export const networkView = t.readonly(
  t.strict({
    networkId: networkIdCodec,
    name: networkNameCodec,
    range4: orNull(ipPrefixCodec),
    range6: orNull(ipPrefixCodec),
    keepaliveSeconds: t.number,
    mtuBytes: t.number,
    joinApproval,
    clientDns: t.readonlyArray(ipAddressCodec),
    /** Its hosts reach each other at private addresses, so that one with such an address alone may be a gateway. */
    privateUnderlay: t.boolean,
    /** Whether a gateway may send its own traffic through another internet gateway. */
    gatewayBehindInternetGateway,
    /** Where virtual ranges are taken from when none is named. */
    virtualPool4: orNull(ipPrefixCodec),
    virtualPool6: orNull(ipPrefixCodec),
    createdAtEpochMs: epochMsCodec,
    /** All nodes, and those that take part: approved, connected, not expired. */
    nodes: t.number,
    members: t.number,
  }),
)
export type NetworkView = t.TypeOf<typeof networkView>

export const networkAnswer = t.readonly(t.strict({ network: networkView }))
export const networksAnswer = t.readonly(t.strict({ networks: t.readonlyArray(networkView) }))

const settings = {
  keepaliveSeconds,
  mtuBytes,
  joinApproval,
  clientDns: listOf(ipAddressCodec, 8),
  privateUnderlay: t.boolean,
  gatewayBehindInternetGateway,
  virtualPool4: orNull(range),
  virtualPool6: orNull(range),
}

/** `POST /networks`; at least one range. */
export const createNetworkBody = body(
  { name: networkNameCodec },
  { range4: orNull(range), range6: orNull(range), ...settings },
)

/** `PATCH /networks/:networkId`; what is left out stays. */
export const updateNetworkBody = body(
  {},
  { name: networkNameCodec, range4: orNull(range), range6: orNull(range), ...settings },
)

/** `DELETE /networks/:networkId`. */
export const removeNetworkQuery = body({}, { evenWithNodes: queryFlag })

export const networkParams = t.readonly(t.strict({ networkId: networkIdCodec }))

export const viewNetwork = (network: Network): NetworkView => ({
  networkId: network.networkId,
  name: network.name,
  range4: network.range4,
  range6: network.range6,
  ...network.settings,
  createdAtEpochMs: network.createdAtEpochMs,
  nodes: network.nodeIds.size,
  members: network.members.size,
})
