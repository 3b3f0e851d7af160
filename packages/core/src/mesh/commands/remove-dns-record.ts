import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { dnsRecordIdCodec } from '../../values/index.js'
import { largeMapGet } from '../large-map.js'
import { commandCodec } from './command-codec.js'
import { type Decision, type ExistingMesh, refuse } from './decision.js'

/** Take back a name of a network's own. */
export type RemoveDnsRecord = t.TypeOf<typeof removeDnsRecordCodec>

export const removeDnsRecordCodec = commandCodec('RemoveDnsRecord', { dnsRecordId: dnsRecordIdCodec })

export const decideRemoveDnsRecord = ({ dnsRecordId, atEpochMs }: RemoveDnsRecord, state: ExistingMesh): Decision => {
  const record = largeMapGet(state.dnsRecords, dnsRecordId)
  if (record === undefined) return refuse({ code: 'dns-record-unknown', dnsRecordId })
  const { networkId } = record
  return E.right([{ type: 'DnsRecordRemoved', atEpochMs, dnsRecordId, networkId, cause: 'removed' }])
}
