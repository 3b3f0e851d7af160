import { hostId, udpEndpoint } from '@meshfold/core'
import { createManualTimers } from '@meshfold/core/testing'
import { expect, test } from 'vitest'
import { PlaceAnswers } from './place-answers.js'

const place = udpEndpoint('203.0.113.7:40001')

test('a clock that is set back keeps nobody waiting, nor the host from resting', () => {
  const timers = createManualTimers()
  let [monotonicMs, epochMs, looks] = [0, 10_000_000, 0]
  const answered: unknown[] = []
  const answers = new PlaceAnswers({
    timers,
    clock: { nowEpochMs: () => epochMs, monotonicMs: () => monotonicMs },
    placeOf: () => place,
    onLook: () => {
      looks += 1
      answers.noteRead(epochMs)
    },
    answer: (to, id, seenAt) => answered.push([to, id, seenAt]),
  })
  answers.noteRead(epochMs)
  epochMs += 1
  answers.ask(hostId('peer'), 7)
  epochMs -= 3_600_000
  for (let second = 0; second < 60; second += 1) {
    monotonicMs += 1000
    epochMs += 1000
    timers.advance(1000)
  }
  expect(answered).toEqual([['peer', 7, place]])
  expect(looks).toBe(1)
})
