import { expect, test } from 'vitest'
import { Misused, readLabLine } from './lab-line.js'

const scenarios = ['mesh', 'nat-punch', 'nat-symmetric', 'nat-gateway', 'egress-nat', 'ha-gateway-failover']
const line = (...args: readonly string[]) => readLabLine(args, scenarios)

test('a line names a command and the scenarios that it takes', () => {
  expect(line()).toMatchObject({ command: 'help' })
  expect(line('run', '--help')).toMatchObject({ command: 'help' })
  expect(line('list', '--json')).toMatchObject({ command: 'list', names: [], values: { json: true } })
  expect(line('run', 'mesh')).toMatchObject({ command: 'run', names: ['mesh'], times: undefined })
  expect(line('run', 'mesh', 'nat-punch', '--times', '3')).toMatchObject({ names: ['mesh', 'nat-punch'], times: 3 })
  expect(line('run', '--all', '--quick')).toMatchObject({ names: [], values: { all: true, quick: true } })
})

test.each([
  [['frob'], /no command "frob".* list, run, shell/],
  [['run'], /Which scenario\? .*lab list/],
  [['shell'], /Which scenario/],
  [['shell', 'mesh', 'nat-punch'], /One scenario at a time/],
  [['run', 'mesh', 'nat-punch'], /--times N/],
  [['run', '--all', 'mesh'], /takes no name: not "mesh"/],
  [['list', 'mesh'], /takes no name/],
  [['run', 'mesh', '--quick'], /--quick goes with --all/],
  [['run', 'mesh', '--times', '0'], /from 1/],
  [['run', 'mesh', '--times', 'x'], /wants a number/],
  [['run', '--frob'], /--frob/],
  [['run', 'nat-punchh'], /Is it nat-punch\? .*lab list/],
  [['run', 'symmetric-nat'], /Is it nat-symmetric\?/],
  [['shell', 'failover'], /Is it ha-gateway-failover\?/],
  [['run', 'mesh', 'nonsense', '--times', '2'], /There is no scenario "nonsense"\. npm run pnpm -- lab list/],
] as const)('a line that makes no sense is refused, with the way out: %j', (args, message) => {
  expect(() => line(...args)).toThrow(Misused)
  expect(() => line(...args)).toThrow(message)
})
