import { ipAddress, ipPrefix } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { type Answer, hostAnswering } from '../../test/support/answering-host.js'
import { executeChange } from './execute-change.js'

const office = { prefix: ipPrefix('10.20.0.0/16'), preferredSource: ipAddress('10.66.0.1'), metric: 50 }

describe('routes', () => {
  const shown = (routes: readonly object[]) => ({ stdout: JSON.stringify(routes) })
  const none: Answer = { exitCode: 2, stderr: 'RTNETLINK answers: No such process' }
  const ownDeletion = 'ip route del 10.20.0.0/16 dev mesh0 src 10.66.0.1 proto 213 metric 50 table main'
  const taken: Answer = { exitCode: 2, stderr: 'RTNETLINK answers: File exists' }
  const found = { dst: '10.20.0.0/16', dev: 'mesh0', metric: 50, prefsrc: '10.66.0.1' }

  test('carry our protocol number, source and metric', async () => {
    const { host, lines } = hostAnswering()
    expect(await executeChange(host, { kind: 'add-route', route: office })).toEqual(E.right(undefined))
    expect(lines()).toEqual(['ip route add 10.20.0.0/16 dev mesh0 src 10.66.0.1 proto 213 metric 50 table main'])
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
    ['of a LAN', {}, 'give the mesh another range, or that route another metric'],
    ['of another mesh', { ifalias: 'meshfold' }, 'meshfold mesh update --control-range'],
  ])('that are taken by a route %s name the way out', async (_, mark, wayOut) => {
    const link = { ifname: 'wg1', flags: ['UP'], mtu: 1420, addr_info: [], ...mark }
    const { host } = hostAnswering({
      'route add': taken,
      'route show': shown([{ ...found, dev: 'wg1' }]),
      'addr show dev wg1': shown([link]),
    })
    const outcome = await executeChange(host, { kind: 'add-route', route: office })
    expect(outcome).toMatchObject({ left: { reason: expect.stringContaining(wayOut) } })
  })

  test.each([
    ['another metric', { ...found, metric: 60 }],
    ['another source', { ...found, prefsrc: '10.66.0.9' }],
    ['another interface', { ...found, dev: 'eth0' }],
  ])('are not removed when what is there has %s', async (_, other) => {
    const { host, lines } = hostAnswering({ 'proto 213': none, 'route show': shown([other]) })
    expect(await executeChange(host, { kind: 'remove-route', route: office })).toEqual(E.right(undefined))
    expect(lines().filter((line) => line.includes('route del'))).toEqual([ownDeletion])
  })

  test('of our own are removed by what tells them from others, in one process', async () => {
    const { host, lines } = hostAnswering()
    expect(await executeChange(host, { kind: 'remove-route', route: office })).toEqual(E.right(undefined))
    expect(lines()).toEqual([ownDeletion])
  })

  test('that somebody else put on our interface are looked at before they are removed', async () => {
    const { host, lines } = hostAnswering({ 'proto 213': none, 'route show': shown([found]) })
    expect(await executeChange(host, { kind: 'remove-route', route: office })).toEqual(E.right(undefined))
    expect(lines().at(-1)).toBe('ip route del 10.20.0.0/16 dev mesh0 src 10.66.0.1 metric 50 table main')
  })

  test.each([
    ['without a metric', { ...office, metric: 0 }],
    ['without a source', { ...office, preferredSource: null }],
    ['of IPv6, whose source the kernel does not ask,', { ...office, prefix: ipPrefix('fd20::/48') }],
  ])('%s are never removed unseen: others would fit as well', async (_, route) => {
    const { host, lines } = hostAnswering({ 'route show': shown([]) })
    await executeChange(host, { kind: 'remove-route', route })
    expect(lines().join()).not.toContain('route del')
  })

  test('that can not be removed are an error', async () => {
    const { host } = hostAnswering({
      'route del': { exitCode: 1, stderr: 'RTNETLINK answers: Device or resource busy\nCommand failed -:1\n' },
    })
    const outcome = await executeChange(host, { kind: 'remove-route', route: office })
    const reason = 'RTNETLINK answers: Device or resource busy'
    expect(outcome).toEqual(E.left({ code: 'host-refused', action: 'remove-route', reason }))
  })

  test('of IPv6 have no metric 0', async () => {
    const route = { prefix: ipPrefix('fd20::/48'), preferredSource: null, metric: 0 }
    const { host, commands } = hostAnswering()
    expect(await executeChange(host, { kind: 'add-route', route })).toMatchObject({ left: { code: 'host-refused' } })
    expect(commands).toEqual([])
  })
})
