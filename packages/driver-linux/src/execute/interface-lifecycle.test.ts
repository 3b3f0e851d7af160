import type { HostChange } from '@meshfold/core'
import { samplePublicKey } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { hostAnswering, publicKey, secret } from '../../test/support/answering-host.js'
import type { LinuxHost } from '../linux-host.js'
import { observeLinuxHost } from '../observe/observe-linux-host.js'
import { executeChange } from './execute-change.js'

const create: HostChange = { kind: 'create-interface', publicKey, listenPort: 51821 }

describe('create-interface', () => {
  test("takes the kernel's WireGuard and hands the key over by stdin", async () => {
    const none = { exitCode: 1, stderr: 'Device "mesh0" does not exist.' }
    const { host, commands, lines } = hostAnswering({ 'addr show dev mesh0': none })
    expect(await executeChange(host, create)).toEqual(E.right(undefined))
    expect(lines()).toEqual([
      'ip -N -j -d addr show dev mesh0',
      'ip -N -j -d addr show',
      'ip link add dev mesh0 type wireguard',
      'wg --version',
      'ip link set dev mesh0 alias meshfold:mesh0',
      'ip link set dev mesh0 addrgenmode none',
      'wg set mesh0 listen-port 51821 private-key /dev/stdin',
    ])
    expect(commands.at(-1)?.stdin).toBe(secret)
    expect(JSON.stringify(commands.map(({ args }) => args))).not.toContain(secret)
  })

  test.each(['Error: Unknown device type.', 'RTNETLINK answers: Operation not supported'])(
    'starts wireguard-go where the kernel answers %s',
    async (stderr) => {
      const { host, lines } = hostAnswering({ 'type wireguard': { exitCode: 2, stderr } })
      await executeChange(host, create)
      expect(lines()).toContain('/opt/wireguard-go mesh0')
    },
  )

  test('does not take a lack of rights for a lack of WireGuard', async () => {
    const stderr = 'RTNETLINK answers: Operation not permitted'
    const { host, lines } = hostAnswering({ 'type wireguard': { exitCode: 2, stderr } })
    expect(await executeChange(host, create)).toMatchObject({ left: { code: 'host-permission-denied' } })
    expect(lines()).not.toContain('/opt/wireguard-go mesh0')
  })

  test('tells what wireguard-go says, without its banner', async () => {
    const { host } = hostAnswering({
      'type wireguard': { exitCode: 2, stderr: 'Error: Unknown device type.' },
      '/opt/wireguard-go': {
        exitCode: 1,
        stderr: '┌──┐\n│  advice  │\n└──┘\nERROR: (mesh0) Failed to create TUN device: busy\n',
      },
    })
    const reason = 'ERROR: (mesh0) Failed to create TUN device: busy'
    expect(await executeChange(host, create)).toEqual(
      E.left({ code: 'host-refused', action: 'create-interface', reason }),
    )
  })

  test('says what may have ended a wireguard-go that is gone as soon as it has started', async () => {
    const { host } = hostAnswering({
      'type wireguard': { exitCode: 2, stderr: 'Error: Unknown device type.' },
      'alias meshfold': { exitCode: 1, stderr: 'Cannot find device "mesh0"' },
    })
    expect(await executeChange(host, create)).toMatchObject({
      left: { code: 'host-refused', reason: expect.stringContaining('fs.inotify.max_user_instances') },
    })
  })

  test("says nothing of wireguard-go when it is the kernel's link that vanishes before its mark", async () => {
    const { host, lines } = hostAnswering({
      'alias meshfold': { exitCode: 1, stderr: 'Cannot find device "mesh0"' },
    })
    expect(await executeChange(host, create)).toEqual(
      E.left({ code: 'host-refused', action: 'create-interface', reason: 'Cannot find device "mesh0"' }),
    )
    expect(lines()).not.toContain('/opt/wireguard-go mesh0')
  })

  test('leaves no link behind when wg is missing', async () => {
    const { host, lines } = hostAnswering()
    const runner: LinuxHost['runner'] = (command) =>
      command.file === 'wg' ? Promise.resolve(E.left({ code: 'program-missing' })) : host.runner(command)
    const outcome = await executeChange({ ...host, runner }, create)
    expect(outcome).toMatchObject({
      left: { code: 'host-tool-missing', reason: expect.stringContaining('wireguard-tools') },
    })
    expect(lines().at(-1)).toBe('ip link del dev mesh0')
  })
})

test('a tool that repeats the key in its error does not get it into ours', async () => {
  const stderr = `Key is not the correct length or format: \`${secret}'`
  const { host } = hostAnswering({ 'private-key': { exitCode: 1, stderr } })
  for (const change of [create, { kind: 'set-private-key', publicKey } as const]) {
    const outcome = await executeChange(host, change)
    expect(outcome).toMatchObject({ left: { reason: expect.stringContaining('[redacted]') } })
    expect(JSON.stringify(outcome)).not.toContain(secret)
  }
})

describe("the kernel's interface under another name", () => {
  const linkOf = (more: object) => ({ ifname: 'other0', flags: ['UP'], mtu: 1420, addr_info: [], ...more })
  const marked = { ifalias: 'meshfold:mesh0', linkinfo: { info_kind: 'wireguard' } }
  const shown = (more: object) => ({ stdout: JSON.stringify([linkOf(more)]) })
  const none = { exitCode: 1, stderr: 'Device "mesh0" does not exist.' }
  const dump = (key: string) => ({ stdout: `${secret}\t${key}\t51821\toff\n` })

  test.each([
    ['goes before one is made', create, shown(marked), publicKey, true],
    ['goes when none is wanted', { kind: 'remove-interface' }, shown(marked), publicKey, true],
    ['stays with a key of others', create, shown(marked), samplePublicKey(7), false],
    ['stays when it was made as another', create, shown({ ...marked, ifalias: 'meshfold:mesh1' }), publicKey, false],
    ['stays without a name in its mark', create, shown({ ...marked, ifalias: 'meshfold' }), publicKey, false],
  ] as const)('%s', async (_name, change, links, key, isGone) => {
    const { host, lines } = hostAnswering({
      'addr show dev mesh0': none,
      'ip -N -j -d addr show': links,
      'wg show other0 dump': dump(key),
    })
    expect(await executeChange(host, change)).toEqual(E.right(undefined))
    expect(lines().includes('ip link del dev other0')).toBe(isGone)
  })

  test('is told by who looks', async () => {
    const { host } = hostAnswering({ 'ip -N -j -d addr show': shown(marked), 'wg show other0 dump': dump(publicKey) })
    expect(await observeLinuxHost(host)).toMatchObject({ right: { interface: undefined, renamedTo: 'other0' } })
  })
})

test('a link of our name that is marked as made under another is not ours', async () => {
  const link = [{ ifname: 'mesh0', flags: ['UP'], mtu: 1420, addr_info: [], ifalias: 'meshfold:mesh1' }]
  const { host, lines } = hostAnswering({ 'addr show dev mesh0': { stdout: JSON.stringify(link) } })
  expect(await executeChange(host, { kind: 'remove-interface' })).toMatchObject({ left: { code: 'host-refused' } })
  expect(lines()).not.toContain('ip link del dev mesh0')
})

test('with the interface goes what waits for changes of it', async () => {
  const link = [{ ifname: 'mesh0', flags: ['UP'], mtu: 1420, addr_info: [], ifalias: 'meshfold' }]
  const { host, lines } = hostAnswering({ 'addr show dev mesh0': { stdout: JSON.stringify(link) } })
  const goneAfter: (string | undefined)[] = []
  const runner = Object.assign((...each: Parameters<LinuxHost['runner']>) => host.runner(...each), {
    close: async () => void goneAfter.push(lines().at(-1)),
  })
  expect(await executeChange({ ...host, runner }, { kind: 'remove-interface' })).toEqual(E.right(undefined))
  expect(goneAfter).toEqual(['ip link del dev mesh0'])
})
