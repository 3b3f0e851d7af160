import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { addressRefusal, hostIdCodec, type IpAddress } from '../../values/index.js'
import { hostResolversCodec } from '../event-parts.js'
import { largeMapGet } from '../large-map.js'
import { addressListEq } from '../mesh-equality.js'
import type { MeshError } from '../mesh-error.js'
import { commandCodec } from './command-codec.js'
import { alreadySo, type Decision, type ExistingMesh, refuse } from './decision.js'
import { meshRanges, rangeAround } from './range-owners.js'

/**
 * A host that leads others to the internet says whom it asks for names (D5), all of them, best first. It may say what it likes: only those
 * are told who send everything through it.
 */
export type ReportHostResolvers = t.TypeOf<typeof reportHostResolversCodec>

export const reportHostResolversCodec = commandCodec('ReportHostResolvers', {
  hostId: hostIdCodec,
  resolvers: hostResolversCodec,
})

export const decideReportHostResolvers = (command: ReportHostResolvers, state: ExistingMesh): Decision => {
  const { hostId, atEpochMs } = command
  const host = largeMapGet(state.hosts, hostId)
  if (host === undefined) return refuse({ code: 'host-unknown', hostId })
  const resolvers = [...new Set(command.resolvers)]
  const problem = resolversProblem(state, resolvers)
  if (problem !== undefined) return E.left(problem)
  if (addressListEq.equals(host.resolvers, resolvers)) return alreadySo
  return E.right([{ type: 'HostResolversChanged', atEpochMs, hostId, resolvers }])
}

const resolversProblem = (state: ExistingMesh, resolvers: readonly IpAddress[]): MeshError | undefined => {
  const owners = meshRanges(state)
  for (const address of resolvers) {
    const reason = addressRefusal(address)
    if (reason !== undefined) return { code: 'host-resolver-refused', address, reason, owner: null }
    const owner = rangeAround(owners, address)
    if (owner !== undefined) return { code: 'host-resolver-refused', address, reason: 'mesh-range', owner }
  }
  return undefined
}
