/** What a host's paths remember from one life of its agent to the next. */
import {
  egressIdCodec,
  type HostId,
  hostIdCodec,
  nodeIdCodec,
  type PathKey,
  type PathMemory,
  type SignedVector,
  signedVectorCodec,
} from '@meshfold/core'
import * as t from 'io-ts'
import { type KeptState, keepInFile } from './kept-file.js'

/** Where an agent keeps what its paths remember. */
export type PathStore = KeptState<PathMemory>

const pathKeyCodec = t.string as t.Type<unknown> as t.Type<PathKey, unknown>
const orAbsent = <A>(codec: t.Type<A, unknown>) => t.union([codec, t.null])
const entries = <K, V>(key: t.Type<K, unknown>, value: t.Type<V, unknown>) => t.array(t.tuple([key, value]))

const storedCodec = t.strict({
  version: t.literal(1),
  hops: entries(pathKeyCodec, hostIdCodec),
  vector: t.strict({ gatewayIds: t.array(nodeIdCodec), servedEgressIds: t.array(egressIdCodec) }),
  followed: entries(pathKeyCodec, nodeIdCodec),
  heldBack: t.array(nodeIdCodec),
  newest: orAbsent(signedVectorCodec),
  released: orAbsent(signedVectorCodec),
  vectors: t.array(signedVectorCodec),
})

/** A store in one file. */
export const createFilePathStore = (file: string): PathStore => keepInFile(file, { codec: storedCodec, read, write })

const write = ({ remembered, own, vectors }: PathMemory): unknown => ({
  version: 1,
  hops: [...(remembered?.hops ?? [])],
  vector: remembered?.vector ?? { gatewayIds: [], servedEgressIds: [] },
  followed: [...(remembered?.memory.followed ?? [])],
  heldBack: remembered?.memory.heldBack ?? [],
  newest: own.newest ?? null,
  released: own.released ?? null,
  vectors: [...vectors.values()],
})

const read = (stored: t.TypeOf<typeof storedCodec>): PathMemory => {
  const { hops, vector, followed, heldBack, newest, released, vectors } = stored
  return {
    remembered: { hops: new Map(hops), vector, memory: { followed: new Map(followed), heldBack } },
    own: { newest: newest ?? undefined, released: released ?? undefined },
    vectors: new Map(vectors.map((each): [HostId, SignedVector] => [each.hostId, each])),
  }
}
