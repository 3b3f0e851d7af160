import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { dnsRecordProps } from '../dns-codecs.js'
import { dropDnsRecord } from '../dns-entries.js'
import type { MeshDraft } from '../mesh-state.js'

/** A name of a network's own means nothing any more. */
export type DnsRecordRemoved = t.TypeOf<typeof dnsRecordRemovedCodec>

export const dnsRecordRemovedCodec = t.type(
  {
    type: t.literal('DnsRecordRemoved'),
    atEpochMs: epochMsCodec,
    dnsRecordId: dnsRecordProps.dnsRecordId,
    networkId: dnsRecordProps.networkId,
    cause: t.keyof({ removed: null, 'network-removed': null }),
  },
  'DnsRecordRemoved',
)

export const evolveDnsRecordRemoved = (draft: MeshDraft, { dnsRecordId }: DnsRecordRemoved): void =>
  dropDnsRecord(draft, dnsRecordId)
