import { expect, test } from 'vitest'
import { readDemoOptions, WrongOptions } from './demo-options.js'

test('what is left out', () => {
  expect(readDemoOptions([])).toMatchObject({ hosts: 5, port: 7400, once: false, json: false, data: undefined })
})

test('all of it', () => {
  const args = ['--once', '--json', '--hosts', '12', '--port', '8080', '--data', 'here', '--keep']
  expect(readDemoOptions(args)).toMatchObject({
    hosts: 12,
    port: 8080,
    once: true,
    json: true,
    data: 'here',
    keep: true,
  })
})

test.each([
  [['--hosts', '1'], /2 to 40/],
  [['--hosts', '5x'], /not "5x"/],
  [['--port', '0'], /--port/],
  [['--tour', '--hosts', '4'], /5 hosts or more, not 4/],
  [['--tour', '--simulated'], /without --simulated/],
  [['--bogus'], /--bogus/],
  [['twelve'], /twelve/],
])('%j is refused with words', (args, words) => {
  expect(() => readDemoOptions(args)).toThrow(WrongOptions)
  expect(() => readDemoOptions(args)).toThrow(words)
})
