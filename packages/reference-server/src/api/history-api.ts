import {
  describeDifferences,
  epochMsCodec,
  type MeshState,
  stateDifferences,
  type ThingKind,
  thingKinds,
  thingsOf,
} from '@meshfold/core'
import * as t from 'io-ts'
import type { PointInTime } from '../mesh-service/past-states.js'
import { body, orNull, queryFlag, queryNumber } from './api-codecs.js'
import { withoutSecrets } from './event-api.js'
import { asOfView } from './host-api.js'
import { describe } from './json-schema.js'
import { stateChangeFields } from './plan-api.js'

const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/

/** A place in a mesh's history, in a URL's query: a revision, or a time with its zone. */
export const pointInTime: t.Type<PointInTime, string, unknown> = describe(
  new t.Type<PointInTime, string, unknown>(
    'a revision such as 120, or a time such as 2031-01-31T12:00Z',
    (u): u is PointInTime => typeof u === 'object' && u !== null && ('revision' in u || 'atEpochMs' in u),
    (u, c) => {
      if (typeof u !== 'string') return t.failure(u, c)
      if (/^\d{1,15}$/.test(u)) return t.success({ revision: Number(u) })
      const atEpochMs = DATE.test(u) ? Date.parse(u) : Number.NaN
      return Number.isNaN(atEpochMs) || atEpochMs < 0 ? t.failure(u, c) : t.success({ atEpochMs })
    },
    (point) => ('revision' in point ? String(point.revision) : new Date(point.atEpochMs).toISOString()),
  ),
  {
    type: 'string',
    description: 'A revision, or a time (RFC 3339) with its zone; a date alone is its midnight in UTC',
  },
)

/** Where in history a state is: after which event, and when that was. */
const place = { asOf: asOfView, atEpochMs: epochMsCodec } as const
const placeView = t.readonly(t.strict(place))

const placeOf = (state: MeshState): t.TypeOf<typeof placeView> => ({
  asOf: { epoch: state.mesh?.epoch ?? 0, revision: state.revision },
  atEpochMs: state.lastEventAtEpochMs,
})

const thingKind = t.keyof(Object.fromEntries(thingKinds.map((kind) => [kind, null])) as { [K in ThingKind]: null })

/** Where a page of things ends: `nodes/node_abc`. */
const thingCursor: t.Type<string, string, unknown> = describe(
  new t.Type<string, string, unknown>(
    'the "next" of the page before',
    (u): u is string => typeof u === 'string' && /^[a-zA-Z]{1,20}\/[\w+-]{1,200}$/.test(u),
    (u, c) => (thingCursor.is(u) ? t.success(u) : t.failure(u, c)),
    t.identity,
  ),
  { type: 'string', maxLength: 221 },
)

export const stateQuery = body(
  {},
  { at: pointInTime, kind: thingKind, after: thingCursor, limit: queryNumber(1, 10_000) },
)

/** What a mesh was made of: its things, kind by kind and by id. `next`: give it as `after` to go on; `null` at the end. */
export const stateAnswer = t.readonly(
  t.strict({
    ...place,
    /** `null` before the mesh was created. */
    mesh: orNull(t.UnknownRecord),
    counts: t.record(t.string, t.number),
    things: t.readonlyArray(
      t.readonly(t.strict({ kind: thingKind, id: t.string, name: orNull(t.string), facts: t.UnknownRecord })),
    ),
    next: orNull(t.string),
  }),
)
export type StateAnswer = t.TypeOf<typeof stateAnswer>

/** One page of a state. */
export const viewState = (
  state: MeshState,
  { kind, after, limit }: { readonly kind?: ThingKind; readonly after?: string; readonly limit: number },
): StateAnswer => {
  const [afterKind, afterId = ''] = after?.split('/') ?? []
  const begin = thingKinds.findIndex((each) => afterKind === undefined || each === afterKind)
  const things = thingKinds
    .slice(Math.max(begin, 0))
    .filter((each) => kind === undefined || each === kind)
    .flatMap((each) =>
      thingsOf(state, each)
        .filter(({ id }) => each !== afterKind || id > afterId)
        .map(({ id, name, facts }) => ({ kind: each, id, name, facts: withoutSecrets(facts) })),
    )
  const page = things.slice(0, limit)
  const last = page.at(-1)
  return {
    ...placeOf(state),
    mesh: state.mesh === null ? null : withoutSecrets(state.mesh),
    counts: Object.fromEntries(thingKinds.map((each) => [each, state[each].size])),
    things: page,
    next: last === undefined || things.length <= limit ? null : `${last.kind}/${last.id}`,
  }
}

/** `to`: now, unless told. `effects`: also what that does to hosts, and to who can talk to whom. */
export const diffQuery = body({ from: pointInTime }, { to: pointInTime, effects: queryFlag })

const diffEffects = t.readonly(
  t.strict({
    ...stateChangeFields,
    /** In words, line by line. */
    description: t.readonlyArray(t.string),
  }),
)
export type DiffEffects = t.TypeOf<typeof diffEffects>

/** What came, went or changed between two places in history. */
export const diffAnswer = t.readonly(
  t.strict({
    from: placeView,
    to: placeView,
    differences: t.readonlyArray(
      t.readonly(
        t.strict({
          kind: t.string,
          id: t.string,
          change: t.keyof({ came: null, went: null, changed: null }),
          /** Of what changed. */
          fields: t.readonlyArray(t.string),
          /** In words. */
          description: t.string,
        }),
      ),
    ),
    /** `null` when nobody asked. */
    effects: orNull(diffEffects),
  }),
)
export type DiffAnswer = t.TypeOf<typeof diffAnswer>

export const viewDiff = (before: MeshState, after: MeshState, effects: DiffEffects | null): DiffAnswer => {
  const lines = describeDifferences(before, after)
  return {
    from: placeOf(before),
    to: placeOf(after),
    differences: stateDifferences(before, after).map((each, at) => ({ ...each, description: lines[at] ?? '' })),
    effects,
  }
}
