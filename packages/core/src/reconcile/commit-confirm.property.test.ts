import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { arbitraryDesiredHost, samplePublicKey } from '../testing/arbitraries/hosts.js'
import {
  beginProbation,
  judgeProbation,
  noProbation,
  onProbation,
  PROBATION_TIMES,
  type ProbationState,
  retryReverted,
  reviewReverted,
} from './commit-confirm.js'
import type { DesiredHost } from './desired-host.js'
import { noPolicyRouting } from './policy-routing.js'

/** What may happen to a host, one after the other. */
type Happening =
  | { readonly what: 'received'; readonly host: DesiredHost; readonly isServerHeard: boolean }
  | { readonly what: 'heard' | 'crashed' | 'retried' | 'others-lost-it' | 'others-have-it' }
  | { readonly what: 'passed'; readonly ms: number }

const host = arbitraryDesiredHost(samplePublicKey(1))
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constant('received' as const), host, isServerHeard: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('passed' as const), ms: fc.constantFrom(1000, 7000, 31_000) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom(
        'heard' as const,
        'crashed' as const,
        'retried' as const,
        'others-lost-it' as const,
        'others-have-it' as const,
      ),
    }),
  },
)

class World {
  state: ProbationState = noProbation
  received: DesiredHost
  nowMs = 0
  changedAtMs = 0
  revertedAtMs = 0
  listensSinceMs = 0
  heardAtMs: number | null = null
  isServerLostToOthers = false
  verdict = 'none-pending'

  constructor(first: DesiredHost) {
    this.received = first
    this.#begin(first, true)
  }

  live(event: Happening): void {
    if (event.what === 'received') this.#begin(event.host, event.isServerHeard)
    if (event.what === 'retried') {
      this.state = retryReverted(this.state)
      this.#begin(this.received, this.heardAtMs === this.nowMs)
    }
    if (event.what === 'heard') this.heardAtMs = this.nowMs
    if (event.what === 'others-lost-it') this.isServerLostToOthers = true
    if (event.what === 'others-have-it') this.isServerLostToOthers = false
    if (event.what === 'passed') this.nowMs += event.ms
    if (event.what === 'crashed') {
      this.state = JSON.parse(JSON.stringify(this.state))
      this.changedAtMs = this.revertedAtMs = this.listensSinceMs = this.nowMs
      this.heardAtMs = null
      this.#begin(this.received, false)
    }
  }

  judge(): void {
    const { nowMs, changedAtMs, heardAtMs, listensSinceMs, isServerLostToOthers } = this
    const facts = { nowMs, changedAtMs, heardAtMs, listensSinceMs, isServerLostToOthers }
    const judged = judgeProbation(this.state, this.received, facts)
    this.state = judged.state
    this.verdict = judged.verdict
    if (judged.verdict === 'reverted') this.revertedAtMs = nowMs
  }

  /** What an agent does with every word of the server, and every second without. */
  review(): void {
    const { nowMs, revertedAtMs, heardAtMs } = this
    const reviewed = reviewReverted(this.state, { nowMs, revertedAtMs, heardAtMs })
    const isTriedAgain = reviewed.reverted.length < this.state.reverted.length
    this.state = reviewed
    if (isTriedAgain) this.#begin(this.received, false)
  }

  #begin(next: DesiredHost, isServerHeard: boolean): void {
    const { pending } = this.state
    this.received = next
    if (isServerHeard) this.heardAtMs = this.nowMs
    const { nowMs, changedAtMs, heardAtMs } = this
    this.state = beginProbation(this.state, next, { epoch: 1, revision: nowMs }, { nowMs, changedAtMs, heardAtMs })
    if (this.state.pending !== pending) this.changedAtMs = this.nowMs
  }
}

const otherThanUnderlay = (desired: DesiredHost) => ({
  ...desired,
  addresses: [],
  routes: [],
  mtuBytes: 0,
  policyRouting: noPolicyRouting,
})

test('A10 whatever happens, only sections that can cut the underlay are reverted, and only for silence', async () => {
  await fc.assert(
    fc.property(host, fc.array(happening, { maxLength: 40 }), (first, events) => {
      const world = new World(first)
      for (const event of events) {
        world.live(event)
        world.review()
        const before = world.state
        world.judge()
        const { state, received, verdict, nowMs, heardAtMs } = world
        const now = onProbation(state, received)
        expect(otherThanUnderlay(now)).toEqual(otherThanUnderlay(received))
        if (state.reverted.length === 0) expect(now).toBe(received)
        if (verdict === 'reverted') {
          expect(before.pending?.isArmed).toBe(true)
          expect(heardAtMs === null || nowMs - heardAtMs >= 2 * PROBATION_TIMES.silentMs).toBe(true)
          // Nothing of what cut it off is left, and it doesn't begin anew by itself.
          const back = beginProbation(
            state,
            received,
            { epoch: 1, revision: nowMs },
            { nowMs, changedAtMs: nowMs, heardAtMs: nowMs },
          )
          expect(back.pending).toBe(null)
        }
        if (verdict === 'confirmed') expect(state).toMatchObject({ pending: null, confirmed: before.pending?.contents })
        expect(new Set(state.reverted.map(({ section }) => section)).size).toBe(state.reverted.length)
      }
    }),
    lawRuns(),
  )
})

test('A10 a host whose server is there is as received, in the end: unless what was reverted brought the server back', async () => {
  await fc.assert(
    fc.property(host, fc.array(happening, { maxLength: 40 }), (first, events) => {
      const world = new World(first)
      for (const event of events) {
        world.live(event)
        world.review()
        world.judge()
      }
      for (let ms = 0; ms < 3_700_000; ms += 5000) {
        world.live({ what: 'passed', ms: 5000 })
        world.live({ what: 'heard' })
        world.review()
        world.judge()
      }
      const { state, received } = world
      expect(state.pending).toBe(null)
      expect(state.reverted.every(({ proof }) => proof === 'server-came-back')).toBe(true)
      if (state.reverted.length === 0) expect(onProbation(state, received)).toBe(received)
      if (state.confirmed === null) expect(state.reverted).toEqual([])
    }),
    lawRuns(),
  )
})
