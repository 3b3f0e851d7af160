/** What waits for the next change does it as one would that is started for it, whatever has become of the host meanwhile. */
import { type HostChange, type HostDriver, ipAddress, ipPrefix } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Host, Lab, makeKeys, waitUntil } from '../../lab/src/index.js'
import { createCommandRunner } from '../src/command-runner.js'
import { openDriver } from './support/lab-driver.js'
import { converge, meshHost } from './support/two-hosts.js'

const keys = makeKeys()
const desired = meshHost({ keys, number: 1 }, { keys: makeKeys(), number: 2 })

let lab: Lab
let host: Host
let driver: HostDriver
beforeEach(async () => {
  lab = await Lab.open()
  ;[host] = await lab.publicHosts(['alpha'])
  const commandRunner = createCommandRunner({ prefix: ['nsenter', ...host.enterArguments], restMs: 50 })
  driver = await openDriver(host, keys, { commandRunner })
  await converge(driver, desired)
})
afterEach(async () => {
  await driver.close()
  await lab.close()
})

const waiting = { ip: 'ip -batch -', nft: 'nft -f -' } as const

/** Which processes wait. */
const whoWaits = async (tool: keyof typeof waiting): Promise<readonly string[]> =>
  (await host.sh(`pgrep -fx '${waiting[tool]}' || true`)).split('\n').filter(Boolean)

/** Carries the change out by one that has waited; `meanwhile` is done in between. */
async function byWaiting(tool: keyof typeof waiting, change: HostChange, meanwhile = 'true') {
  const [first] = await waitUntil(`${tool} waits`, async () => {
    const all = await whoWaits(tool)
    return all.length > 0 ? all : undefined
  })
  await host.sh(meanwhile)
  const outcome = await driver.execute(change)
  expect(await whoWaits(tool)).not.toContain(first)
  return outcome
}

const done = E.right(undefined)

describe('routes', () => {
  const own = (prefix: string, source: string | null, metric = 50) => ({
    prefix: ipPrefix(prefix),
    preferredSource: source === null ? null : ipAddress(source),
    metric,
  })
  const office = own('10.20.0.0/16', '10.66.0.1')
  const add = (route: ReturnType<typeof own>): HostChange => ({ kind: 'add-route', route })
  const remove = (route: ReturnType<typeof own>): HostChange => ({ kind: 'remove-route', route })
  const routes = (what: string) => host.sh(`ip -4 route show ${what}; ip -6 route show ${what}`)

  test('of either family come and go, defaults too', async () => {
    const all = [office, own('fd20::/48', 'fd66::1'), own('0.0.0.0/0', null, 7000), own('::/0', null, 7000)]
    const before = await routes('dev mesh0')
    for (const route of all) expect(await byWaiting('ip', add(route))).toEqual(done)
    const shown = (await routes('dev mesh0')).split('\n').map((line) => line.split(' proto')[0])
    expect(shown).toEqual(expect.arrayContaining(['10.20.0.0/16', 'fd20::/48', 'default', 'default']))
    for (const route of all) expect(await byWaiting('ip', remove(route))).toEqual(done)
    expect(await routes('dev mesh0')).toBe(before)
  })

  test('go to the interface that has the name now: not to one that was renamed, not to one that is gone', async () => {
    const renamed = 'ip link set mesh0 down; ip link set mesh0 name former; ip link set former up'
    const anew = 'ip tuntap add mesh0 mode tun; ip addr add 10.66.0.1/32 dev mesh0; ip link set mesh0 up'
    expect(await byWaiting('ip', add(office), `${renamed}; ip addr del 10.66.0.1/32 dev former; ${anew}`)).toEqual(done)
    expect(await routes('dev former')).not.toContain('10.20')
    expect(await routes('dev mesh0')).toContain('10.20.0.0/16 proto 213')
    expect(await byWaiting('ip', add(office), `ip link del mesh0; ${anew}`)).toEqual(done)
    expect(await routes('dev mesh0')).toContain('10.20.0.0/16 proto 213')
    expect(await byWaiting('ip', remove(office))).toEqual(done)
    expect(await routes('dev mesh0')).not.toContain('10.20')
  })

  test("that are there, are not, or are somebody else's are told apart", async () => {
    expect(await byWaiting('ip', add(office), 'ip route add 10.20.0.0/16 dev mesh0 src 10.66.0.1 metric 50')).toEqual(
      done,
    )
    expect(await byWaiting('ip', remove(office), 'ip route del 10.20.0.0/16')).toEqual(done)
    const other = 'ip route add 10.20.0.0/16 via 169.254.1.1 dev eth0 metric 50'
    expect(await byWaiting('ip', add(office), other)).toMatchObject({
      left: { code: 'host-refused', reason: expect.stringContaining('over eth0') },
    })
    expect(await byWaiting('ip', add(own('10.21.0.0/16', '10.66.0.77')))).toMatchObject({
      left: { code: 'host-refused', reason: expect.stringMatching(/^[^:]*: [^:]*$/) },
    })
  })
})

describe('members of the filter', () => {
  const mesh = {
    rules: { filter: { mesh: 'm1', ranges: 'm1', own: [], control: [], input: [], forward: [] }, nat: [] },
  }
  const members = (...texts: readonly string[]) => texts.map(ipPrefix)
  const firewallOf = (m1: readonly string[]) => ({ ...mesh, sets: new Map([['m1', members(...m1)]]) })
  const first = ['10.66.0.0/24', '10.67.0.1/32']
  const table = 'inet meshfold_mesh0'
  const inSets = async () => (await host.sh(`nft -j list table ${table}`)).match(/\d+\.\d+\.\d+\.\d+/g)?.sort()

  const change = (add: readonly string[], remove: readonly string[], all: readonly string[]): HostChange => ({
    kind: 'change-firewall-set',
    set: 'm1',
    add: members(...add),
    remove: members(...remove),
    firewall: firewallOf(all),
  })

  beforeEach(async () => {
    await converge(driver, { ...desired, firewall: firewallOf(first) })
  })

  test('come and go', async () => {
    const other = ['10.66.0.0/24', '10.68.0.0/24', '10.67.0.2/32']
    expect(await byWaiting('nft', change(['10.68.0.0/24', '10.67.0.2/32'], ['10.67.0.1/32'], other))).toEqual(done)
    expect(await inSets()).toEqual(['10.66.0.0', '10.67.0.2', '10.68.0.0'])
  })

  test('are what they are to be, whatever others did to the table meanwhile', async () => {
    const anew = `nft list table ${table} > /run/was; nft delete table ${table}; nft -f /run/was; rm /run/was`
    const others = [
      anew,
      `nft 'add table inet other; add set inet other s { type ipv4_addr; }'; ${anew}`,
      `nft flush set ${table} m1_4; nft flush set ${table} m1_4_ranges`,
      `nft add element ${table} m1_4 '{ 192.0.2.1, 192.0.2.2 }'; nft add element ${table} m1_4_ranges '{ 198.51.100.0/24 }'`,
      'nft flush ruleset',
    ]
    const wanted = ['10.66.0.0/24', '10.68.0.0/24', '10.67.0.1/32', '10.67.0.2/32']
    const coming = change(['10.68.0.0/24', '10.67.0.2/32'], [], wanted)
    for (const meanwhile of others) {
      await converge(driver, { ...desired, firewall: firewallOf(first) })
      expect(await byWaiting('nft', coming, meanwhile), meanwhile).toEqual(done)
      expect(await inSets(), meanwhile).toEqual(expect.arrayContaining(['10.67.0.2', '10.68.0.0']))
      await converge(driver, { ...desired, firewall: firewallOf(wanted) })
      expect(await inSets(), meanwhile).toEqual(['10.66.0.0', '10.67.0.1', '10.67.0.2', '10.68.0.0'])
    }
  })

  test('come all or not at all: where one to go is not there, the whole filter takes their place', async () => {
    const wanted = [...first, '10.67.0.2/32']
    expect(await byWaiting('nft', change(['10.67.0.2/32'], ['10.67.0.9/32'], wanted))).toEqual(done)
    expect(await inSets()).toEqual(['10.66.0.0', '10.67.0.1', '10.67.0.2'])
  })
})

test('nothing waits where there is no interface any more', async () => {
  await waitUntil('ip waits', async () => (await whoWaits('ip')).length > 0 || undefined)
  await converge(driver, undefined)
  expect([await whoWaits('ip'), await whoWaits('nft')]).toEqual([[], []])
})

test('what waited and was killed is not missed', async () => {
  const route = { prefix: ipPrefix('10.20.0.0/16'), preferredSource: ipAddress('10.66.0.1'), metric: 50 }
  // It is told nothing once it is gone; one that is still dying might have read something.
  const killed = "pkill -KILL -fx 'ip -batch -'; while pgrep -fx 'ip -batch -'; do sleep 0.01; done"
  expect(await byWaiting('ip', { kind: 'add-route', route }, killed)).toEqual(done)
  expect(await host.sh('ip route show 10.20.0.0/16')).toContain('proto 213')
})
