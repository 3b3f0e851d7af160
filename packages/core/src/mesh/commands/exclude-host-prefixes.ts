import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { hostIdCodec, mergePrefixes } from '../../values/index.js'
import { localPrefixesCodec } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { prefixListEq } from '../mesh-equality.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'

/** Have nobody try to reach a host inside these prefixes, whatever endpoints it reports (C8). All of them: an empty list ends it. */
export type ExcludeHostPrefixes = t.TypeOf<typeof excludeHostPrefixesCodec>

export const excludeHostPrefixesCodec = commandCodec('ExcludeHostPrefixes', {
  hostId: hostIdCodec,
  prefixes: localPrefixesCodec,
})

export const decideExcludeHostPrefixes = (command: ExcludeHostPrefixes, state: ExistingMesh): Decision => {
  const { atEpochMs, hostId } = command
  const host = largeMapGet(state.hosts, hostId)
  if (host === undefined) return refuse({ code: 'host-unknown', hostId })
  const prefixes = mergePrefixes(command.prefixes)
  if (prefixListEq.equals(host.excludedPrefixes, prefixes)) return alreadySo
  return E.right([{ type: 'HostPrefixesExcluded', atEpochMs, hostId, prefixes }])
}
