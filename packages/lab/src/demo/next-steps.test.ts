import { isAbsolute } from 'node:path'
import { expect, test } from 'vitest'
import { nodeCommand, renderEnd, renderNextSteps, renderServerAgain } from './next-steps.js'

const facts = { url: 'http://127.0.0.1:7400', adminToken: 'mft_1', dataFolder: '/tmp/demo' }

test('the line with the alias works in any folder', () => {
  const [, command = '', bin = ''] = /alias meshfold='(\S+) (\S+)'/.exec(renderNextSteps(facts)) ?? []
  expect(command).not.toBe('')
  expect(isAbsolute(bin)).toBe(true)
})

test('a Node that was fetched for the repository is named by its path, any other by its name', () => {
  expect(nodeCommand('/repo/.tools/node-24/bin/node')).toBe('/repo/.tools/node-24/bin/node')
  expect(nodeCommand('/usr/bin/node')).toBe('node')
})

test('a server that was started again has another number', () => {
  expect(renderServerAgain(4711)).toContain('kill -9 4711')
  expect(renderServerAgain(undefined)).toBe('the server is started again')
})

test('every host can be entered, and its agent asked', () => {
  const hosts = [1, 2, 3].map((n) => ({ name: `h${n}`, pid: 100 + n }))
  const namespaces = { hosts, otherAddress: '10.66.0.2', serverPid: undefined, userNamespace: false }
  const steps = renderNextSteps({ ...facts, namespaces })
  expect(steps).toContain('the numbers of the others: h2 102, h3 103\n    nsenter -t 101 -m -n -p -u sh\n')
  expect(steps).toContain('bin.js status --state /tmp/demo/$(hostname)/state\n')
})

test('the end tells what is kept', () => {
  expect(renderEnd(undefined)).toContain('nothing behind')
  expect(renderEnd('/tmp/demo')).toBe('Ctrl-C ends it and leaves /tmp/demo.')
})
