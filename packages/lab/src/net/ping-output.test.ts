import { expect, test } from 'vitest'
import { readPingOutput } from './ping-output.js'

const line = (sequence: number) => `64 bytes from 10.66.0.2: icmp_seq=${sequence} ttl=64 time=0.5 ms\n`

test('a ping that still runs', () => {
  expect(readPingOutput(line(1) + line(2))).toMatchObject({ sent: 2, received: 2, lost: 0 })
})

test('holes are losses', () => {
  const output = `${line(1)}${line(4)}${line(5)}\n5 packets transmitted, 3 received, 40% packet loss, time 80ms`
  expect(readPingOutput(output)).toMatchObject({ sent: 5, received: 3, lost: 2, longestGap: 2 })
})

test('the last one was still under way, two are not', () => {
  expect(readPingOutput(`${line(1)}2 packets transmitted, 1 received`).lost).toBe(0)
  expect(readPingOutput(`${line(1)}3 packets transmitted, 1 received`).lost).toBe(2)
})

test('an answer that comes twice counts once', () => {
  const twice = line(1) + line(1).replace('ms\n', 'ms (DUP!)\n')
  expect(readPingOutput(twice)).toMatchObject({ received: 1, lost: 0 })
})

test('no answer at all', () => {
  expect(readPingOutput('3 packets transmitted, 0 received, 100% packet loss')).toMatchObject({ sent: 3, lost: 3 })
})
