import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { fresh } from '../../event-format/codec-outline.js'
import { compareIpAddresses, dnsRecordIdCodec } from '../../values/index.js'
import { dnsRecordProps } from '../dns-codecs.js'
import { largeMapGet } from '../large-map.js'
import { dnsRecordEq } from '../mesh-equality.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { recordNameProblem } from './dns-rules.js'

/**
 * Give addresses a name that the hosts of a network know (G8): any full name but those that nodes and clients have by themselves.
 * `[]` when it is there with the same addresses. To change one, remove it and add it anew.
 */
export type AddDnsRecord = t.TypeOf<typeof addDnsRecordCodec>

export const addDnsRecordCodec = commandCodec('AddDnsRecord', {
  ...dnsRecordProps,
  /** Fresh. */
  dnsRecordId: fresh(dnsRecordIdCodec),
})

export const decideAddDnsRecord = (command: AddDnsRecord, state: ExistingMesh): Decision => {
  const { atEpochMs, dnsRecordId, networkId, name } = command
  const network = largeMapGet(state.networks, networkId)
  if (network === undefined) return refuse({ code: 'network-unknown', networkId })
  const addresses = [...new Set(command.addresses)].sort(compareIpAddresses)
  const record = { dnsRecordId, networkId, name, addresses }
  const present = largeMapGet(state.dnsRecords, dnsRecordId)
  if (present !== undefined && dnsRecordEq.equals(present, record)) return alreadySo
  if (present !== undefined) return refuse({ code: 'dns-record-id-taken', dnsRecordId, name: present.name })
  const problem = recordNameProblem(state, network, record)
  if (problem !== undefined) return refuse(problem)
  return E.right([{ type: 'DnsRecordAdded', atEpochMs, ...record }])
}
