import { expect, test } from 'vitest'
import { faultOf, leaveOut } from './left-out.js'

const leftOut = { lack: 'debian-kernel', reason: 'no kernel (lab fetch)' } as const
const without = (words: string, CI = 'true') => ({ CI, MESHFOLD_LAB_WITHOUT: words })

test.each([{}, { CI: '' }, { CI: '0' }, { CI: 'False' }])('outside of CI it is only told: %j', (environment) => {
  expect(faultOf(leftOut, environment)).toBeUndefined()
})

test.each(['1', 'true', 'yes'])('with CI=%s it fails, and says the way out and the word that declares it', (CI) => {
  expect(faultOf(leftOut, { CI })).toMatch(/no kernel \(lab fetch\).*: debian-kernel in MESHFOLD_LAB_WITHOUT/)
})

test('what is declared is only told, and nothing else', () => {
  expect(faultOf(leftOut, without('resolvers, debian-kernel'))).toBeUndefined()
  expect(faultOf(leftOut, without('resolvers'))).toMatch(/: resolvers debian-kernel in/)
})

test('what nothing that is installed could mend is only told', () => {
  expect(faultOf({ lack: 'kernel-module', reason: 'no module' }, { CI: '1' })).toBeUndefined()
})

test('a word that declares nothing is refused', () => {
  expect(() => faultOf(leftOut, without('kernel'))).toThrow(/names "kernel".*debian-kernel/)
})

test('a test is left out, or fails', () => {
  const said: string[] = []
  const skip = (reason: string) => said.push(reason)
  leaveOut(skip, leftOut, {})
  expect(() => leaveOut(skip, leftOut, { CI: '1' })).toThrow(/in CI that fails/)
  expect(said).toEqual([leftOut.reason])
})
