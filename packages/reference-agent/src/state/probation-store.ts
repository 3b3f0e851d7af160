/** What a host knows of how its changes fared, from one life of its agent to the next. */
import { readFile } from 'node:fs/promises'
import {
  type AsOf,
  decodeWith,
  ipAddressCodec,
  ipPrefixCodec,
  type ProbationState,
  type RevertedSection,
  type UnderlayContents,
  type UnderlaySection,
} from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isMissing, reasonOf, writeFileAtomically } from './atomic-file.js'

/** Why it could not be read or kept. */
export interface ProbationStoreError {
  readonly code: 'probation-store-unavailable'
  readonly reason: string
}

/** Where an agent keeps it. Calls are the agent's alone and one at a time. */
export interface ProbationStore {
  /** `undefined`: nothing was kept, or nothing that can be read. */
  load(): Promise<E.Either<ProbationStoreError, ProbationState | undefined>>
  /** Replaces what there was, durably and at once: after a crash the old or the new is there. */
  save(state: ProbationState): Promise<E.Either<ProbationStoreError, void>>
}

/** A store that forgets with its process: for hosts in memory, and tests. */
export function createMemoryProbationStore(initial?: ProbationState): ProbationStore {
  let kept = initial
  return {
    load: async () => E.right(kept),
    save: async (state) => {
      kept = state
      return E.right(undefined)
    },
  }
}

const orNull = <A>(codec: t.Type<A, unknown>) => t.union([codec, t.null])

const routeCodec = t.strict({
  prefix: ipPrefixCodec,
  preferredSource: orNull(ipAddressCodec),
  metric: t.number,
})
const policyRouteCodec = t.strict({
  table: t.keyof({ tunnel: null, forwarded: null }),
  prefix: ipPrefixCodec,
  to: t.keyof({ mesh: null, outside: null, nowhere: null }),
  preferredSource: orNull(ipAddressCodec),
})
const family = t.union([t.literal(4), t.literal(6)])
const policyRuleCodec = t.union([
  t.strict({
    family,
    kind: t.keyof({ forwarded: null, bypass: null, 'before-own-routes': null, 'own-routes': null, everything: null }),
  }),
  t.strict({
    family,
    kind: t.literal('outside-flow'),
    protocol: t.keyof({ tcp: null, udp: null }),
    address: orNull(ipAddressCodec),
    port: t.number,
  }),
])
const contentsCodec = t.strict({
  policyRouting: t.strict({
    isBypassed: t.boolean,
    routes: t.array(policyRouteCodec),
    rules: t.array(policyRuleCodec),
  }),
  addresses: t.array(ipAddressCodec),
  routes: t.array(routeCodec),
  mtuBytes: t.number,
} satisfies Readonly<Record<keyof UnderlayContents, t.Mixed>>)
const asOfCodec: t.Type<AsOf, unknown> = t.strict({ epoch: t.number, revision: t.number })
const sections: Readonly<Record<UnderlaySection, null>> = {
  'full-tunnel': null,
  routes: null,
  addresses: null,
  mtu: null,
}
const revertedCodec: t.Type<RevertedSection, unknown> = t.strict({
  section: t.keyof(sections),
  asOf: asOfCodec,
  reason: t.literal('server-silent'),
  refused: t.string,
})

const storedCodec = t.strict({
  version: t.literal(1),
  confirmed: orNull(contentsCodec),
  pending: orNull(t.strict({ asOf: asOfCodec, contents: contentsCodec, isArmed: t.boolean })),
  reverted: t.array(revertedCodec),
})

/** A store in one file. Nothing in it is secret. */
export function createFileProbationStore(file: string): ProbationStore {
  return {
    load: () =>
      attempt(async () => {
        const text = await readFile(file, 'utf8').catch(undefinedIfMissing)
        return text === undefined ? undefined : stateOf(text)
      }),
    save: (state) => attempt(() => writeFileAtomically(file, `${JSON.stringify({ version: 1, ...state })}\n`)),
  }
}

/** A file that can't be read is as none: what is in effect is judged anew, and nothing is reverted for it. */
function stateOf(text: string): ProbationState | undefined {
  const decoded = decodeWith(storedCodec, parsed(text))
  if (E.isLeft(decoded)) return undefined
  const { confirmed, pending, reverted } = decoded.right
  return { confirmed, pending, reverted }
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

async function attempt<A>(deed: () => Promise<A>): Promise<E.Either<ProbationStoreError, A>> {
  try {
    return E.right(await deed())
  } catch (error) {
    return E.left({ code: 'probation-store-unavailable', reason: reasonOf(error) })
  }
}
