/** What a host's paths remember from one life of its agent to the next. */
import { readFile } from 'node:fs/promises'
import {
  decodeWith,
  egressIdCodec,
  type HostId,
  hostIdCodec,
  nodeIdCodec,
  type PathKey,
  type PathMemory,
  type SignedVector,
  signedVectorCodec,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isMissing, reasonOf, writeFileAtomically } from './atomic-file.js'

/** Why it could not be read or kept. */
export interface PathStoreError {
  readonly code: 'path-store-unavailable'
  readonly reason: string
}

/** Where an agent keeps it. Calls are the agent's alone and one at a time. */
export interface PathStore {
  /** `undefined`: nothing was kept, or nothing that can be read. */
  load(): Promise<E.Either<PathStoreError, PathMemory | undefined>>
  /** Replaces what there was at once: after a crash the old or the new is there. */
  save(memory: PathMemory): Promise<E.Either<PathStoreError, void>>
}

/** A store that forgets with its process. */
export function createMemoryPathStore(): PathStore {
  let kept: PathMemory | undefined
  return {
    load: async () => E.right(kept),
    save: async (memory) => {
      kept = memory
      return E.right(undefined)
    },
  }
}

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

/** A store in one file. Nothing in it is secret. */
export function createFilePathStore(file: string): PathStore {
  let written: string | undefined
  return {
    load: () =>
      attempt(async () => {
        const text = await readFile(file, 'utf8').catch(undefinedIfMissing)
        return text === undefined ? undefined : memoryOf(text)
      }),
    save: (memory) =>
      attempt(async () => {
        const text = textOf(memory)
        if (text === written) return
        await writeFileAtomically(file, text)
        written = text
      }),
  }
}

const textOf = ({ remembered, own, vectors }: PathMemory): string =>
  `${JSON.stringify({
    version: 1,
    hops: [...(remembered?.hops ?? [])],
    vector: remembered?.vector ?? { gatewayIds: [], servedEgressIds: [] },
    followed: [...(remembered?.memory.followed ?? [])],
    heldBack: remembered?.memory.heldBack ?? [],
    newest: own.newest ?? null,
    released: own.released ?? null,
    vectors: [...vectors.values()],
  })}\n`

function memoryOf(text: string): PathMemory | undefined {
  const decoded = decodeWith(storedCodec, parsed(text))
  if (E.isLeft(decoded)) return undefined
  const { hops, vector, followed, heldBack, newest, released, vectors } = decoded.right
  return {
    remembered: { hops: new Map(hops), vector, memory: { followed: new Map(followed), heldBack } },
    own: { newest: newest ?? undefined, released: released ?? undefined },
    vectors: new Map(vectors.map((each): [HostId, SignedVector] => [each.hostId, each])),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined
  throw error
}

async function attempt<A>(deed: () => Promise<A>): Promise<E.Either<PathStoreError, A>> {
  try {
    return E.right(await deed())
  } catch (error) {
    return E.left({ code: 'path-store-unavailable', reason: reasonOf(error) })
  }
}
