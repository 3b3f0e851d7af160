import { type HostId, hostId, type PathDatagram, type PathStep } from '@meshfold/core'
import { createManualTimers } from '@meshfold/core/testing'
import { beforeEach, expect, test } from 'vitest'
import { OnceApplied } from './once-applied.js'

const [own, other, third] = ['own', 'other', 'third'].map(hostId) as [HostId, HostId, HostId]

const vectorOf = (host: HostId): PathDatagram => ({
  to: third,
  message: {
    type: 'vectors',
    vectors: [{ hostId: host, sequence: 1, gatewayIds: [], servedEgressIds: [], signature: 'signed' }],
  },
})
const step = (datagrams: readonly PathDatagram[], hosts: readonly HostId[] = []): PathStep => ({
  hosts: new Set(hosts),
  datagrams,
  isMemoryChanged: false,
})

let timers: ReturnType<typeof createManualTimers>
let sent: PathDatagram[]
let settle: () => void
let once: OnceApplied

beforeEach(() => {
  timers = createManualTimers()
  sent = []
  const settled = new Promise<void>((resolve) => {
    settle = resolve
  })
  once = new OnceApplied({
    timers,
    own: () => own,
    settled: () => settled,
    send: (datagrams) => sent.push(...datagrams),
  })
})

const turns = () => new Promise((resolve) => setImmediate(resolve))

test('F3 what others say is passed on once this host is as it says', async () => {
  once.take(step([], [other]))
  once.take(step([vectorOf(other), vectorOf(own)]))
  expect(sent).toEqual([vectorOf(own)])
  settle()
  await turns()
  expect(sent).toEqual([vectorOf(own), vectorOf(other)])
  timers.advance(2000)
  expect(sent).toHaveLength(2)
})

test('F3 it waits a second at most: a host that takes its time does not keep others from moving', () => {
  once.take(step([], [other]))
  once.take(step([vectorOf(other)]))
  timers.advance(999)
  expect(sent).toEqual([])
  timers.advance(1)
  expect(sent).toEqual([vectorOf(other)])
})
