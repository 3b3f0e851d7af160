import { expect, test } from 'vitest'
import { hostId } from '../values/index.js'
import { VectorOutbox } from './vector-outbox.js'

const [to, about, another] = ['third', 'laptop', 'phone'].map(hostId) as [
  ReturnType<typeof hostId>,
  ReturnType<typeof hostId>,
  ReturnType<typeof hostId>,
]
const vectorOf = (host: typeof about, sequence: number) => ({
  hostId: host,
  sequence,
  gatewayIds: [],
  servedEgressIds: [],
})

test('F3 the first vector leaves at once, what follows within 50 ms leaves together', () => {
  const outbox = new VectorOutbox()
  outbox.tell(to, vectorOf(about, 1), 1000)
  expect(outbox.dueAtMs).toBe(1000)
  expect(outbox.takeDue(1000)).toEqual([{ to, vectors: [vectorOf(about, 1)] }])
  outbox.acknowledge(to, [{ hostId: about, sequence: 1 }])
  outbox.tell(to, vectorOf(about, 2), 1010)
  outbox.tell(to, vectorOf(another, 1), 1040)
  expect(outbox.takeDue(1049)).toEqual([])
  expect(outbox.takeDue(1050)).toEqual([{ to, vectors: [vectorOf(about, 2), vectorOf(another, 1)] }])
})

test('F3 it comes again every 100 ms until it is acknowledged', () => {
  const outbox = new VectorOutbox()
  outbox.tell(to, vectorOf(about, 1), 0)
  expect(outbox.takeDue(0)).toHaveLength(1)
  expect(outbox.dueAtMs).toBe(100)
  expect(outbox.takeDue(100)).toHaveLength(1)
  outbox.acknowledge(to, [{ hostId: about, sequence: 1 }])
  expect(outbox.dueAtMs).toBeUndefined()
})
