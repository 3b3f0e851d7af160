import { castDraft } from 'immer'
import * as t from 'io-ts'
import {
  createAddressPool,
  emptyHash,
  epochMsCodec,
  ipPrefixCodec,
  networkIdCodec,
  networkNameCodec,
} from '../../values/index.js'
import { networkSettingsCodec, orNull } from '../event-parts.js'
import { emptyLargeMap, largeMapSet } from '../large-map.js'
import type { MeshDraft } from '../mesh-state.js'

/** A network begins, without nodes. */
export type NetworkCreated = t.TypeOf<typeof networkCreatedCodec>

export const networkCreatedCodec = t.type(
  {
    type: t.literal('NetworkCreated'),
    atEpochMs: epochMsCodec,
    networkId: networkIdCodec,
    name: networkNameCodec,
    range4: orNull(ipPrefixCodec),
    range6: orNull(ipPrefixCodec),
    settings: networkSettingsCodec,
  },
  'NetworkCreated',
)

export const evolveNetworkCreated = (draft: MeshDraft, event: NetworkCreated): void => {
  largeMapSet(draft.networks, event.networkId, {
    networkId: event.networkId,
    name: event.name,
    createdAtEpochMs: event.atEpochMs,
    range4: event.range4,
    range6: event.range6,
    settings: castDraft(event.settings),
    pool4: event.range4 === null ? null : createAddressPool(event.range4),
    pool6: event.range6 === null ? null : createAddressPool(event.range6),
    everUsed: false,
    nodeIds: emptyLargeMap(),
    holders: emptyLargeMap(),
    nodeIdsByName: emptyLargeMap(),
    members: emptyLargeMap(),
    membersHash: emptyHash,
    namesHash: emptyHash,
    clientIds: emptyLargeMap(),
    clientIdsByName: emptyLargeMap(),
    gatewayIds: emptyLargeMap(),
    relayedNodeIds: emptyLargeMap(),
    egressIds: emptyLargeMap(),
    policyIds: emptyLargeMap(),
    policyTestIds: emptyLargeMap(),
    dnsRecordIds: emptyLargeMap(),
    resolverIds: emptyLargeMap(),
    everyoneAllowed: true,
    sets: emptyLargeMap(),
    classes: emptyLargeMap(),
    memberRecords: emptyLargeMap(),
    clientPrefixes: emptyLargeMap(),
    namedNodeIds: emptyLargeMap(),
    namedPrefixes: [],
  })
  largeMapSet(draft.indexes.networkIdsByName, event.name, event.networkId)
}
