/** Whom people mean by the two ends of a question: names, ids or addresses. */
import {
  type ClientId,
  clientIdCodec,
  type Host,
  hostIdCodec,
  type IpAddress,
  ipAddressCodec,
  largeMapGet,
  largeMapValues,
  type MeshState,
  type NetworkId,
  type NodeId,
  nodeIdCodec,
  prefixFirst,
  type TestEnd,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { pointInTime } from '../api/history-api.js'
import type { PointInTime } from '../mesh-service/past-states.js'
import type { ApiError } from './api-error.js'

/** An end, and the network in which it would be; `null`: an address beyond the mesh is in none. */
interface Candidate {
  readonly end: TestEnd
  readonly networkId: NetworkId | null
}

/** Of several of a name those count that are in one network with the other end. `at`: what place in history the state is of. */
export const findEnds = (
  state: MeshState,
  from: string,
  to: string,
  at?: PointInTime,
): E.Either<ApiError, readonly [from: TestEnd, to: TestEnd]> => {
  const [ones, others] = [candidatesOf(state, from), candidatesOf(state, to)]
  if (ones.length === 0) return E.left(unknown(state, from, at))
  if (others.length === 0) return E.left(unknown(state, to, at))
  const pairs = ones.flatMap((one) => others.filter((other) => mayMeet(one, other)).map((other) => [one, other]))
  const [pair, another] = pairs
  const [one, other] = pair ?? []
  if (one === undefined || other === undefined) return E.left(endsApart)
  return another === undefined ? E.right([one.end, other.end]) : E.left(ambiguous(state, pairs.flat()))
}

const mayMeet = (one: Candidate, other: Candidate): boolean =>
  one.networkId === null ? other.networkId !== null : other.networkId === null || one.networkId === other.networkId

const candidatesOf = (state: MeshState, text: string): readonly Candidate[] => {
  const members = [...nodesCalled(state, text), ...clientsCalled(state, text)]
  if (members.length > 0) return members
  if (ipAddressCodec.is(text)) return [{ end: { kind: 'address', address: text }, networkId: null }]
  return hostsCalled(state, text).flatMap(({ nodeIds }) => nodeIds.flatMap((nodeId) => [...nodesCalled(state, nodeId)]))
}

/** Nodes may have other names than their host. */
const hostsCalled = (state: MeshState, text: string): readonly Host[] => {
  const byId = hostIdCodec.is(text) ? largeMapGet(state.hosts, text) : undefined
  return byId === undefined ? [...largeMapValues(state.hosts)].filter(({ name }) => name === text) : [byId]
}

function* nodesCalled(state: MeshState, text: string): Generator<Candidate> {
  const byId = nodeIdCodec.is(text) ? largeMapGet(state.nodes, text) : undefined
  const candidate = (nodeId: NodeId, networkId: NetworkId): Candidate => ({ end: { kind: 'node', nodeId }, networkId })
  if (byId !== undefined) return yield candidate(byId.nodeId, byId.networkId)
  for (const { nodeId, networkId, name, address4, address6 } of largeMapValues(state.nodes))
    if (isCalled(state, text, name, networkId, [address4, address6])) yield candidate(nodeId, networkId)
}

function* clientsCalled(state: MeshState, text: string): Generator<Candidate> {
  const byId = clientIdCodec.is(text) ? largeMapGet(state.clients, text) : undefined
  const candidate = (clientId: ClientId, networkId: NetworkId): Candidate => ({
    end: { kind: 'client', clientId },
    networkId,
  })
  if (byId !== undefined) return yield candidate(byId.clientId, byId.networkId)
  for (const { clientId, networkId, name, addresses } of largeMapValues(state.clients))
    if (isCalled(state, text, name, networkId, addresses.map(prefixFirst))) yield candidate(clientId, networkId)
}

const isCalled = (
  state: MeshState,
  text: string,
  name: string,
  networkId: NetworkId,
  addresses: readonly (IpAddress | null)[],
): boolean =>
  text === name ||
  addresses.some((address) => address === text) ||
  (text.startsWith(`${name}.`) && text === `${name}.${largeMapGet(state.networks, networkId)?.name}`)

/** Long texts are not repeated: somebody may have pasted a token. */
const unknown = (state: MeshState, text: string, at: PointInTime | undefined): ApiError => {
  const [host] = hostsCalled(state, text)
  return host === undefined ? calledByNobody(text, at) : inNoNetwork(host)
}

const inNoNetwork = ({ name }: Host): ApiError => ({
  status: 409,
  code: 'end-in-no-network',
  message: `Host "${name}" is in no network, so nothing comes to it. Put it into one: meshfold node add`,
})

const calledByNobody = (text: string, at: PointInTime | undefined): ApiError => {
  const [was, list] = at === undefined ? ['is', 'node list'] : ['was then', `state --at ${pointInTime.encode(at)}`]
  const called = text.length <= 40 ? `"${text}"` : 'of that name'
  return {
    status: 404,
    code: 'end-unknown',
    message: `There ${was} no host, no node and no client ${called}. Give a name, name.network, an id or an IP address; see what there ${was === 'is' ? 'is' : 'was'}: meshfold ${list}`,
  }
}

/** Packets between networks there are none. */
export const endsApart: ApiError = {
  status: 409,
  code: 'ends-apart',
  message:
    'No network has both ends: networks are kept apart, and addresses beyond the mesh are no business of it. Put the host of one end into the network of the other: meshfold node add',
}

const ambiguous = (state: MeshState, candidates: readonly (Candidate | undefined)[]): ApiError => {
  const names = new Set(
    candidates.flatMap((candidate) => {
      const networkId = candidate?.networkId ?? null
      return networkId === null ? [] : (largeMapGet(state.networks, networkId)?.name ?? [])
    }),
  )
  return {
    status: 409,
    code: 'end-ambiguous',
    message: `Several are meant by that, in ${[...names].sort().join(', ')}. Say which: name.network, or an id`,
  }
}
