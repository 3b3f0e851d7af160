import * as t from 'io-ts'
import { epochMsCodec } from '../../values/index.js'
import { dnsRecordProps } from '../dns-codecs.js'
import { putDnsRecord } from '../dns-entries.js'
import type { MeshDraft } from '../mesh-state.js'

/** A name of a network's own means these addresses from now on, for the hosts of that network. */
export type DnsRecordAdded = t.TypeOf<typeof dnsRecordAddedCodec>

export const dnsRecordAddedCodec = t.type(
  { type: t.literal('DnsRecordAdded'), atEpochMs: epochMsCodec, ...dnsRecordProps },
  'DnsRecordAdded',
)

export const evolveDnsRecordAdded = (draft: MeshDraft, event: DnsRecordAdded): void => {
  const { type: _type, atEpochMs: _at, ...record } = event
  putDnsRecord(draft, record)
}
