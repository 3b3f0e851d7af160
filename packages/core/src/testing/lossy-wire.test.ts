import { expect, test } from 'vitest'
import { LossyWire } from './lossy-wire.js'

function wire() {
  const arrived: string[] = []
  const lossy = new LossyWire<string>({
    isTarget: (frame) => frame !== 'end',
    alter: (frame) => `${frame}'`,
    forge: (last) => `after ${last}`,
  })
  const push = lossy.attach((frame) => arrived.push(frame))
  return { lossy, arrived, push }
}

test('does nothing by itself', () => {
  const { arrived, push } = wire()
  for (const frame of ['1', '2', '3']) push(frame)
  expect(arrived).toEqual(['1', '2', '3'])
})

test('does one fault to one frame each, in the order they were asked for', () => {
  const { lossy, arrived, push } = wire()
  lossy.dropNext()
  lossy.duplicateNext()
  lossy.swapNext()
  for (const frame of ['1', '2', '3', '4', '5']) push(frame)
  expect(arrived).toEqual(['2', '2', '4', '3', '5'])
})

test('alters and forges', () => {
  const { lossy, arrived, push } = wire()
  lossy.alterNext()
  push('1')
  lossy.forge()
  expect(arrived).toEqual(["1'", "after 1'"])
})

test('holds everything while it stands still, in order', () => {
  const { lossy, arrived, push } = wire()
  lossy.stall()
  push('1')
  push('2')
  expect(arrived).toEqual([])
  lossy.resume()
  push('3')
  expect(arrived).toEqual(['1', '2', '3'])
})

test('faults leave alone what is no frame', () => {
  const { lossy, arrived, push } = wire()
  lossy.dropNext()
  push('end')
  push('1')
  expect(arrived).toEqual(['end'])
})

test('a new connection starts afresh, and the older one’s sender is cut off', () => {
  const { lossy, arrived, push } = wire()
  lossy.stall()
  push('old')
  const later: string[] = []
  const pushLater = lossy.attach((frame) => later.push(frame))
  push('too late')
  pushLater('new')
  lossy.resume()
  expect([arrived, later]).toEqual([[], ['new']])
})
