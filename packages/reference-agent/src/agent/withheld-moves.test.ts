import { type HostId, hostId } from '@meshfold/core'
import { createManualTimers } from '@meshfold/core/testing'
import { beforeEach, expect, test } from 'vitest'
import { WithheldMoves } from './withheld-moves.js'

const [old, next, third] = ['g1', 'g2', 'third'].map(hostId) as [HostId, HostId, HostId]
let timers: ReturnType<typeof createManualTimers>
let isReady: boolean
let moved: HostId[][]
let withheld: WithheldMoves

beforeEach(() => {
  timers = createManualTimers()
  isReady = false
  moved = []
  withheld = new WithheldMoves({ timers, mayWait: () => !isReady, onMoved: (hosts) => moved.push([...hosts]) })
})

test('F3 they wait until the other gateway is ready, and move together', () => {
  expect([...withheld.take([old, next])]).toEqual([])
  expect([...withheld.take([third])]).toEqual([])
  isReady = true
  expect([...withheld.take([])]).toEqual([old, next, third])
  expect([...withheld.take([])]).toEqual([])
})

test('F3 for a second at most', () => {
  withheld.take([old, next])
  timers.advance(999)
  expect(moved).toEqual([])
  timers.advance(1)
  expect(moved).toEqual([[old, next]])
  expect([...withheld.take([])]).toEqual([])
})

test('F3 not at all where a config says something else of one of them, too', () => {
  withheld.take([old, next])
  expect([...withheld.take([], new Set([third]))]).toEqual([])
  expect([...withheld.take([], new Set([next]))]).toEqual([old, next])
})
