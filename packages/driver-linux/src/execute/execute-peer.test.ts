import { type HostChange, ipPrefix, udpEndpoint } from '@meshfold/core'
import { samplePublicKey } from '@meshfold/core/testing'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { hostAnswering, publicKey, secret } from '../../test/support/answering-host.js'
import { executeChange } from './execute-change.js'
import { executeChanges } from './execute-changes.js'

const peer = samplePublicKey(0x11)

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
