import { expect, test } from 'vitest'
import { enrolledText } from './enrolled-text.js'

const host = {
  name: 'web-1',
  meshId: 'mesh_1',
  hostId: 'host_1',
  state: '/var/lib/meshfold-agent',
  isAnotherHost: false,
}

test('an agent is to be started where none runs, and is left alone where one does', () => {
  expect(enrolledText({ ...host, wasEnrolled: false }, undefined)).toBe(
    'web-1 joined mesh mesh_1 as host host_1.\nStart its agent: meshfold-agent run --state /var/lib/meshfold-agent',
  )
  const again = enrolledText({ ...host, wasEnrolled: true }, 49)
  expect(again).toMatch(/^web-1 is a host of mesh mesh_1 already, as host_1\.\nIts agent \(process 49\) goes on\./)
  expect(again).not.toContain('meshfold-agent run')
})

test('a host that the server forgot is another one, and its agent has to be told', () => {
  const again = { ...host, wasEnrolled: true, isAnotherHost: true }
  expect(enrolledText(again, 49)).toBe(
    'web-1 joined mesh mesh_1 as host host_1.\nIts agent (process 49) still goes by what the host was before: start it anew.',
  )
  expect(enrolledText(again, undefined)).toContain('Start its agent: ')
})
