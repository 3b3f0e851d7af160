import { isAbsolute } from 'node:path'
import { expect, test } from 'vitest'
import { nodeCommand, renderNextSteps, renderServerAgain } from './next-steps.js'

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
