import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  brokenInvariants,
  emptyMeshState,
  enrollmentKeyId,
  epochMs,
  evolve,
  evolveAll,
  hostName,
  largeMapGet,
  type MeshCommand,
  replay,
} from '@meshfold/core'
import {
  arbitraryHostName,
  eventsOf,
  sampleCreateEnrollmentKey,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleEnrollHost,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
  specification,
} from '@meshfold/core/testing'
import fc from 'fast-check'
import { decideInHouse, fitsScheme, isFriday } from './house-rules.ts'

// #region examples
const house = specification({ decide: decideInHouse, evolve, initialState: emptyMeshState })

const day = 86_400_000
const tuesday = sampleTime
const friday = epochMs(tuesday + 3 * day)
const name = hostName('ber-db-07')
const opening = [sampleCreateMesh(), sampleCreateNetwork(), sampleCreateEnrollmentKey()]
const opened = eventsOf(...opening)

/** What the mesh alone would answer. */
const eventsAfterOpening = (command: MeshCommand) => eventsOf(...opening, command).slice(opened.length)

describe('names follow the scheme', () => {
  test('a host with a fitting name is let in', () => {
    const command = sampleEnrollHost(1, { name })
    house.given(opened).when(command).then(eventsAfterOpening(command))
  })

  test('one with another name is not', () => {
    const machine = hostName('johns-laptop')
    house
      .given(opened)
      .when(sampleRegisterHost(1, { name: machine }))
      .thenRefused('name-off-scheme', { name: machine })
  })
})

describe('nobody joins on a Friday', () => {
  test('not with a key, not by an administrator', () => {
    const known = [...opened, ...eventsAfterOpening(sampleRegisterHost(1, { name }))]
    house
      .given(opened)
      .when(sampleEnrollHost(1, { name, atEpochMs: friday }))
      .thenRefused('no-joins-on-fridays')
    house
      .given(known)
      .when(sampleJoinNetwork(1, 1, { atEpochMs: friday }))
      .thenRefused('no-joins-on-fridays')
  })

  test('a machine may be made known', () => {
    const command = sampleRegisterHost(1, { name, atEpochMs: friday })
    house.given(opened).when(command).then(eventsAfterOpening(command))
  })

  test("the mesh's own refusals stay", () => {
    house.given([]).when(sampleJoinNetwork()).thenRefused('mesh-unknown')
  })
})
// #endregion

// #region property
/** What many people ask for in two weeks, in any order: their clocks disagree. */
const requests = fc.array(
  fc.record({
    hasKey: fc.boolean(),
    name: fc.oneof(arbitraryHostName, fc.constantFrom('ber-db-01', 'ber-web-02', 'muc-db-01').map(hostName)),
    atEpochMs: fc.integer({ min: tuesday, max: tuesday + 14 * day }).map(epochMs),
  }),
  { maxLength: 20 },
)

test('whatever is asked: the log obeys the house, the mesh is sound, and a refusal burns no use of the key', () => {
  fc.assert(
    fc.property(requests, (asked) => {
      let state = replay(opened)
      let enrolled = 0
      asked.forEach(({ hasKey, ...facts }, index) => {
        const command = hasKey ? sampleEnrollHost(index + 1, facts) : sampleRegisterHost(index + 1, facts)
        const decision = decideInHouse(command, state)
        if (decision._tag === 'Left') return
        for (const event of decision.right) {
          if (event.type === 'HostRegistered') assert(fitsScheme(event.name))
          if (event.type === 'NodeJoined') assert(!isFriday(event.atEpochMs))
        }
        state = evolveAll(state, decision.right)
        if (hasKey) enrolled++
      })
      assert.deepEqual(brokenInvariants(state), [])
      assert.equal(largeMapGet(state.enrollmentKeys, enrollmentKeyId('key-1'))?.uses, enrolled)
    }),
  )
})
// #endregion
