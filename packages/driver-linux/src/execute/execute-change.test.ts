/** The driver against a host that is a list of answers: which programs it runs, with which words, and what it tells. */
import { type HostChange, ipAddress, ipPrefix, udpEndpoint } from '@meshfold/core'
import { samplePublicKey } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import type { Command, CommandResult } from '../command-runner.js'
import type { LinuxHost } from '../linux-host.js'
import { createValueParsers } from '../observe/value-parsers.js'
import { publicKeyOf } from '../private-key.js'
import { executeChange } from './execute-change.js'
import { executeChanges } from './execute-changes.js'

const privateKey = new Uint8Array(32).fill(0x42)
const secret = Buffer.from(privateKey).toString('base64')
const publicKey = publicKeyOf(privateKey) ?? samplePublicKey(1)
const peer = samplePublicKey(0x11)

type Answer = Partial<CommandResult>

/** A kernel host: answers by the first words that fit, success without output otherwise. */
function hostAnswering(answers: Readonly<Record<string, Answer>> = {}) {
  const commands: Command[] = []
  const host: LinuxHost = {
    interfaceName: 'mesh0',
    choice: 'automatic',
    wireguardGo: '/opt/wireguard-go',
    privateKey: async () => E.right(privateKey),
    nowEpochMs: () => 0,
    parsers: createValueParsers(),
    seenKey: { current: undefined },
    runner: async (command) => {
      commands.push(command)
      const line = [command.file, ...command.args].join(' ')
      const found = Object.entries(answers).find(([words]) => line.includes(words))?.[1]
      return E.right({ exitCode: 0, stdout: '', stderr: '', ...found })
    },
    socket: {
      path: '/nonexistent/mesh0.sock',
      isPresent: () => false,
      get: async () => E.right(undefined),
      set: async () => E.right('nobody-there'),
      remove: async () => E.right(undefined),
    },
  }
  return { host, commands, lines: () => commands.map(({ file, args }) => [file, ...args].join(' ')) }
}

const create: HostChange = { kind: 'create-interface', publicKey, listenPort: 51821 }
const office = { prefix: ipPrefix('10.20.0.0/16'), preferredSource: ipAddress('10.66.0.1'), metric: 50 }

describe('create-interface', () => {
  test("takes the kernel's WireGuard and hands the key over by stdin", async () => {
    const { host, commands, lines } = hostAnswering()
    expect(await executeChange(host, create)).toEqual(E.right(undefined))
    expect(lines()).toEqual([
      'ip -N -j -d addr show dev mesh0',
      'ip link add dev mesh0 type wireguard',
      'wg --version',
      'ip link set dev mesh0 alias meshfold',
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

describe('peers of the kernel', () => {
  test('are one process each', async () => {
    const { host, lines } = hostAnswering()
    const endpoint = udpEndpoint('[2001:db8::1]:51821')
    const allowedIps = [ipPrefix('10.66.0.2/32'), ipPrefix('fd66::2/128')]
    await executeChange(host, { kind: 'set-peer', publicKey: peer, endpoint, allowedIps, keepaliveSeconds: 25 })
    await executeChange(host, { kind: 'set-peer', publicKey: peer, allowedIps: [] })
    await executeChange(host, { kind: 'remove-peer', publicKey: peer })
    expect(lines()).toEqual([
      `wg set mesh0 peer ${peer} endpoint [2001:db8::1]:51821 persistent-keepalive 25 allowed-ips 10.66.0.2/32,fd66::2/128`,
      `wg set mesh0 peer ${peer} allowed-ips `,
      `wg set mesh0 peer ${peer} remove`,
    ])
  })

  test('that follow each other share processes, in order', async () => {
    const { host, lines } = hostAnswering()
    const [a, b] = [samplePublicKey(1), samplePublicKey(2)]
    const outcome = await executeChanges(host, [
      { kind: 'set-peer', publicKey: a, allowedIps: [ipPrefix('10.66.0.2/32')] },
      { kind: 'remove-peer', publicKey: b },
      { kind: 'set-mtu', mtuBytes: 1400 },
      { kind: 'remove-peer', publicKey: a },
    ])
    expect(outcome).toEqual(E.right(undefined))
    expect(lines()).toEqual([
      `wg set mesh0 peer ${a} allowed-ips 10.66.0.2/32 peer ${b} remove`,
      'ip link set dev mesh0 mtu 1400',
      `wg set mesh0 peer ${a} remove`,
    ])
  })

  test('never overflow the arguments of a process', async () => {
    const { host, commands } = hostAnswering()
    const allowedIps = Array.from({ length: 900 }, (_, n) => ipPrefix(`10.66.${n >> 8}.${n & 255}/32`))
    const changes = Array.from({ length: 100 }, (_, n) => samplePublicKey(n + 1)).map(
      (publicKey) => ({ kind: 'set-peer', publicKey, allowedIps }) as const,
    )
    await executeChanges(host, changes)
    expect(commands.length).toBeGreaterThan(1)
    for (const { args } of commands) expect(args.join(' ').length).toBeLessThan(600_000)
    expect(commands.flatMap(({ args }) => args.filter((word) => word === 'peer'))).toHaveLength(100)
  })

  test('tried together with one that is refused are in doubt', async () => {
    const { host } = hostAnswering({ 'wg set': { exitCode: 1, stderr: 'Unable to modify interface: No such device' } })
    const [a, b] = [samplePublicKey(1), samplePublicKey(2)]
    const changes: readonly HostChange[] = [
      { kind: 'bring-up' },
      { kind: 'set-peer', publicKey: a },
      { kind: 'set-peer', publicKey: b },
    ]
    const cause = { code: 'host-refused', reason: 'Unable to modify interface: No such device' }
    expect(await executeChanges(host, changes)).toMatchObject({ left: { done: 1, change: changes[1], cause } })
  })

  test('with more ranges than an argument holds go through stdin', async () => {
    const { host, commands } = hostAnswering()
    const allowedIps = Array.from({ length: 1_001 }, (_, n) => ipPrefix(`10.66.${n >> 8}.${n & 255}/32`))
    await executeChange(host, { kind: 'set-peer', publicKey: peer, allowedIps, keepaliveSeconds: 0 })
    expect(commands[0]).toMatchObject({ file: 'wg', args: ['addconf', 'mesh0', '/dev/stdin'] })
    expect(commands[0]?.stdin?.split('\n')).toHaveLength(3 + 1_001 + 1)
  })
})

describe('an IPv6 address', () => {
  const add: HostChange = { kind: 'add-address', address: ipAddress('fd66::1') }
  const denied = { exitCode: 2, stderr: 'RTNETLINK answers: Permission denied' }
  const disabled = { exitCode: 2, stderr: 'Error: ipv6: IPv6 is disabled on this device.' }

  test.each([denied, disabled])('switches IPv6 on for our interface where it is off', async (answer) => {
    const { host, lines } = hostAnswering({ 'addr replace': answer })
    await executeChange(host, add)
    const replace = 'ip -6 addr replace fd66::1/128 dev mesh0 nodad'
    expect(lines()).toEqual([replace, 'sysctl -q -w net/ipv6/conf/mesh0/disable_ipv6=0', replace])
  })

  test('without the right to do that, the first refusal stands', async () => {
    const { host } = hostAnswering({ 'addr replace': denied, sysctl: { exitCode: 1, stderr: 'sysctl: cannot stat' } })
    expect(await executeChange(host, add)).toMatchObject({
      left: { code: 'host-permission-denied', action: 'add-address' },
    })
  })
})

describe('routes', () => {
  const shown = (routes: readonly object[]) => ({ stdout: JSON.stringify(routes) })
  const taken: Answer = { exitCode: 2, stderr: 'RTNETLINK answers: File exists' }
  const found = { dst: '10.20.0.0/16', dev: 'mesh0', metric: 50, prefsrc: '10.66.0.1' }

  test('carry our protocol number, source and metric', async () => {
    const { host, lines } = hostAnswering()
    expect(await executeChange(host, { kind: 'add-route', route: office })).toEqual(E.right(undefined))
    expect(lines()).toEqual(['ip -4 route add 10.20.0.0/16 dev mesh0 src 10.66.0.1 proto 213 metric 50 table main'])
  })

  test('that are there already stay', async () => {
    const { host, lines } = hostAnswering({ 'route add': taken, 'route show': shown([found]) })
    expect(await executeChange(host, { kind: 'add-route', route: office })).toEqual(E.right(undefined))
    expect(lines().join()).not.toContain('replace')
  })

  test('replace ours in place', async () => {
    const other = { ...found, prefsrc: '10.66.0.9' }
    const { host, lines } = hostAnswering({ 'route add': taken, 'route show': shown([other]) })
    expect(await executeChange(host, { kind: 'add-route', route: office })).toEqual(E.right(undefined))
    expect(lines().at(-1)).toContain('route replace 10.20.0.0/16 dev mesh0')
  })

  test('never replace those of another interface', async () => {
    const lan = { ...found, dev: 'eth0' }
    const { host, lines } = hostAnswering({ 'route add': taken, 'route show': shown([lan]) })
    const outcome = await executeChange(host, { kind: 'add-route', route: office })
    expect(outcome).toMatchObject({ left: { code: 'host-refused', reason: expect.stringContaining('over eth0') } })
    expect(lines().join()).not.toContain('replace')
  })

  test.each([
    ['another metric', { ...found, metric: 60 }],
    ['another source', { ...found, prefsrc: '10.66.0.9' }],
    ['another interface', { ...found, dev: 'eth0' }],
  ])('are not removed when what is there has %s', async (_, other) => {
    const { host, lines } = hostAnswering({ 'route show': shown([other]) })
    expect(await executeChange(host, { kind: 'remove-route', route: office })).toEqual(E.right(undefined))
    expect(lines().join()).not.toContain('route del')
  })

  test('of IPv6 have no metric 0', async () => {
    const route = { prefix: ipPrefix('fd20::/48'), preferredSource: null, metric: 0 }
    const { host, commands } = hostAnswering()
    expect(await executeChange(host, { kind: 'add-route', route })).toMatchObject({ left: { code: 'host-refused' } })
    expect(commands).toEqual([])
  })
})

test('refresh-underlay writes every endpoint of the kernel again, and nothing else', async () => {
  const columns = ['(none)', '10.0.0.2/32', '0', '0', '0', 'off']
  const dump = [
    `${secret}\t${publicKey}\t51821\toff`,
    [peer, '(none)', '192.0.2.1:51821', ...columns.slice(1)].join('\t'),
    '',
  ]
  const { host, lines } = hostAnswering({ 'mesh0 dump': { stdout: dump.join('\n') } })
  expect(await executeChange(host, { kind: 'refresh-underlay' })).toEqual(E.right(undefined))
  expect(lines().at(-1)).toBe(`wg set mesh0 peer ${peer} endpoint 192.0.2.1:51821`)
})
