import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { hostileJson, tamperedJson } from '../../test/hostile-json.js'
import { lawRuns } from '../../test/law-runs.js'
import { someObservations } from '../../test/random-observations.js'
import { assign, node, ReactionWorld, setAuto, worldOf } from '../../test/reaction-world.js'
import { decodeWith } from '../event-format/describe-decode-error.js'
import { drawFrom } from '../testing/arbitraries/draw.js'
import { sampleTime } from '../testing/sample-mesh.js'
import type { Observation } from './observation.js'
import { observationCodec, reportedObservationCodec } from './observation-codecs.js'

const { state } = worldOf({ hosts: 8, gateways: 3 }, setAuto(4), assign(8, 1, 2), {
  type: 'EngageAutoRelay',
  atEpochMs: sampleTime,
  oneNodeId: node(5),
  otherNodeId: node(6),
  gatewayIds: [node(1), node(2)],
  evidence: { handshakeAgeMs: null, missedProbes: 3, measured: [] },
})

const observations: fc.Arbitrary<readonly Observation[]> = fc
  .array(fc.nat(0xffff), { minLength: 60, maxLength: 60 })
  .map((numbers) => someObservations({ draw: drawFrom(numbers), state, sequence: sampleTime }))
  .map((all) => all.map((seen) => ({ ...seen, observedAtEpochMs: sampleTime }) as Observation))

describe('law 8, observations', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(observations, (all) => {
        for (const observation of all) {
          const written = JSON.parse(JSON.stringify(observation))
          expect(observationCodec.decode(written)).toEqual(E.right(observation))
        }
      }),
      lawRuns(),
    )
  })

  test('an agent says neither whose it is nor when: that is left out, and so is who is connected', () => {
    fc.assert(
      fc.property(observations, (all) => {
        for (const { hostId, observedAtEpochMs, ...said } of all) {
          const decoded = reportedObservationCodec.decode({ ...said, hostId, observedAtEpochMs })
          if (said.type === 'presence-seen') expect(E.isLeft(decoded)).toBe(true)
          else expect(decoded).toEqual(E.right(said))
        }
      }),
      lawRuns(),
    )
  })

  test('whatever else comes gets a described error, and what is let in does no harm', () => {
    const wrong = tamperedJson(observations.map((all) => all[0] ?? { type: 'nothing' }))
    fc.assert(
      fc.property(fc.oneof(wrong, hostileJson), (input) => {
        const decoded = decodeWith(observationCodec, input)
        if (E.isLeft(decoded)) expect(decoded.left.message).toMatch(/^[^\n]{5,2000}$/)
        else new ReactionWorld(state).replay([decoded.right])
      }),
      lawRuns(3),
    )
  })

  test.each([
    ['a round-trip time of minus a millisecond', { roundTripMs: -1 }],
    ['a loss of 101 percent', { lossPercent: 101 }],
    ['half a missed probe', { missedProbes: 0.5 }],
    ['a round-trip time as text', { roundTripMs: '20' }],
  ])('%s is refused', (_, wrong) => {
    const sound = { gatewayId: node(1), roundTripMs: 20, lossPercent: 0, missedProbes: 0, handshakeAgeMs: null }
    const said = (figure: object) => ({ type: 'gateways-measured', figures: [figure] })
    expect(E.isRight(reportedObservationCodec.decode(said(sound)))).toBe(true)
    expect(E.isLeft(reportedObservationCodec.decode(said({ ...sound, ...wrong })))).toBe(true)
  })
})
