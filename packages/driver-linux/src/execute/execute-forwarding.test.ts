/** Whose doing it is that a host passes packets on, where two meshes on it want that. */
import * as E from 'fp-ts/lib/Either.js'
import { expect, test } from 'vitest'
import { type Answer, hostAnswering } from '../../test/support/answering-host.js'
import { iptablesBackend } from '../firewall/iptables-backend.js'
import { nftBackend } from '../firewall/nft-backend.js'
import { executeChange } from './execute-change.js'

const off = { kind: 'set-forwarding', family: 4, isOn: false } as const
const isOn: Answer = { stdout: 'net.ipv4.ip_forward = 1\n' }
const listed = (entries: readonly object[]): Answer => ({ stdout: JSON.stringify({ nftables: entries }) })

async function switchedOff(withBackend: 'nft' | 'iptables', answers: Readonly<Record<string, Answer>>) {
  const { host, commands, lines } = hostAnswering({ 'sysctl -e net.ipv4.ip_forward': isOn, ...answers })
  const firewall =
    withBackend === 'nft' ? nftBackend(host) : iptablesBackend(host, { kind: 'legacy', infix: '-legacy' })
  expect(await executeChange({ ...host, firewall }, off)).toEqual(E.right(undefined))
  return {
    written: commands.map(({ stdin }) => stdin ?? ''),
    isOff: lines().some((line) => /-w .*ip_forward=0/.test(line)),
  }
}

const own = { 'list table inet meshfold_mesh0': listed([{ chain: { name: 'ipv4_was_off' } }]) }
const tables = (...names: readonly string[]) => ({
  'list tables': listed(names.map((name) => ({ table: { family: 'inet', name } }))),
})

test('alone, what was off is off again', async () => {
  const { isOff } = await switchedOff('nft', { ...own, ...tables('meshfold_mesh0', 'meshfold_mesh0_bypass', 'filter') })
  expect(isOff).toBe(true)
})

test('beside another mesh that one takes care of it from now on', async () => {
  const { isOff, written } = await switchedOff('nft', {
    ...own,
    ...tables('meshfold_mesh0', 'meshfold_wg1_bypass', 'meshfold_wg1'),
  })
  expect(isOff).toBe(false)
  expect(written).toContain('add chain inet meshfold_wg1 ipv4_was_off\ndelete chain inet meshfold_mesh0 ipv4_was_off\n')
})

const saved = (...interfaces: readonly string[]) => ({
  'iptables-legacy-save': {
    stdout: [
      '*filter',
      ':mf_mesh0_was_off - [0:0]',
      ...interfaces.map((name) => `:mf_${name}_forward - [0:0]`),
      '',
    ].join('\n'),
  },
})

test('so it is with iptables', async () => {
  expect((await switchedOff('iptables', saved('mesh0'))).isOff).toBe(true)
  const { isOff, written } = await switchedOff('iptables', saved('mesh0', 'wg1'))
  expect(isOff).toBe(false)
  expect(written).toContain('*filter\n:mf_wg1_was_off - [0:0]\n-X mf_mesh0_was_off\nCOMMIT\n')
})

test('on by another mesh in the same moment: what that one puts back is left to it', async () => {
  const inBetween = { stdout: 'net.ipv6.conf.all.forwarding = 1\nnet.ipv6.conf.eth0.forwarding = 1\n' }
  const { host, lines } = hostAnswering({ ...own, ...tables('meshfold_mesh0'), 'sysctl -e -a': inBetween })
  const seen = ['net.ipv6.conf.all.forwarding = 0\n', 'net.ipv6.conf.all.forwarding = 1\n']
  const runner: typeof host.runner = async (command) => {
    const ended = await host.runner(command)
    const isSwitch = command.args[0] === '-e' && command.args[1] === 'net.ipv4.ip_forward'
    return isSwitch ? E.right({ exitCode: 0, stdout: seen.shift() ?? '', stderr: '' }) : ended
  }
  const raced = { ...host, runner }
  const change = { kind: 'set-forwarding', family: 6, isOn: true } as const
  expect(await executeChange({ ...raced, firewall: nftBackend(raced) }, change)).toEqual(E.right(undefined))
  expect(seen).toEqual([])
  expect(lines().filter((line) => line.includes('-w'))).toEqual([])
  expect(lines().join('\n')).toContain('add chain inet meshfold_mesh0 ipv6_was_off')
})
