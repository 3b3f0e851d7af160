import { type DesiredFirewall, type HostChange, ipPrefix } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { type Answer, hostAnswering } from '../../test/support/answering-host.js'
import { nftBackend } from '../firewall/nft-backend.js'
import { executeChanges } from './execute-changes.js'

const firewall: DesiredFirewall = {
  rules: { filter: { mesh: 'm0', ranges: 'm0', own: [], control: [], input: [], forward: [] }, nat: [] },
  sets: new Map(),
}
const [first, second] = [ipPrefix('10.66.0.1/32'), ipPrefix('10.66.0.2/32')]
const changes: readonly HostChange[] = [
  { kind: 'change-firewall-set', set: 'm0', add: [first], remove: [], firewall },
  { kind: 'change-firewall-set', set: 'm1', add: [], remove: [second], firewall },
  { kind: 'bring-up' },
]

const filtering = (answers: Readonly<Record<string, Answer>> = {}) => {
  const { host, ...rest } = hostAnswering(answers)
  return { ...rest, host: { ...host, firewall: nftBackend(host) } }
}

describe('changes that follow each other', () => {
  test('of sets of the filter are one step and one process', async () => {
    const { host, commands, lines } = filtering()
    expect(await executeChanges(host, changes)).toEqual(E.right(undefined))
    expect(lines()).toEqual(['nft -f -', 'ip link set dev mesh0 up'])
    expect(commands[0]?.stdin?.split('\n')).toEqual([
      'add element inet meshfold_mesh0 m0_4 { 10.66.0.1 }',
      'delete element inet meshfold_mesh0 m1_4 { 10.66.0.2 }',
      '',
    ])
  })

  test('of sets that are too much for one message are several, and the filter stays', async () => {
    const { host, commands } = filtering()
    const runner: typeof host.runner = async (command) => {
      const isTooLong = (command.stdin?.trim().split('\n').length ?? 0) > 1
      const ended = await host.runner(command)
      return isTooLong ? E.right({ exitCode: 1, stdout: '', stderr: 'netlink: Error: Message too long' }) : ended
    }
    const narrow = { ...host, runner }
    expect(await executeChanges({ ...narrow, firewall: nftBackend(narrow) }, changes.slice(0, 2))).toEqual(
      E.right(undefined),
    )
    expect(commands.slice(1).map(({ stdin }) => stdin?.trim())).toEqual([
      'add element inet meshfold_mesh0 m0_4 { 10.66.0.1 }',
      'delete element inet meshfold_mesh0 m1_4 { 10.66.0.2 }',
    ])
  })

  test('of sets that the kernel refuses make the whole filter anew', async () => {
    const { host, commands, lines } = filtering({ '-f -': { exitCode: 1, stderr: 'Error: No such file or directory' } })
    const outcome = await executeChanges(host, changes)
    expect(outcome).toMatchObject({ left: { done: 0, change: { kind: 'change-firewall-set' } } })
    expect(lines()).toEqual(['nft -f -', 'nft -j -t list table inet meshfold_mesh0', 'nft -f -'])
    expect(commands.at(-1)?.stdin).toContain('chain input')
  })
})
