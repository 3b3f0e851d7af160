/** One host with 10,000 others: what a change of one costs where it meets the kernel and WireGuard. */
import { createHash, randomBytes } from 'node:crypto'
import {
  type DesiredFirewall,
  type HostChange,
  type HostDriver,
  ipPrefix,
  type WireguardPublicKey,
  wireguardKeyFromBytes,
} from '@meshfold/core'
import { createCommandRunner, createLinuxDriver } from '@meshfold/driver-linux'
import * as E from 'fp-ts/lib/Either.js'
import type { Host } from '../net/host.js'
import type { Scenario } from './scenario.js'

const others = 10_000
const tries = 5

export const tenThousand: Scenario = {
  name: 'ten-thousand',
  summary: 'a packet filter with 10,000 members and as many peers: what one more costs',
  rows: [],
  async play({ lab, check, metric, tell }) {
    const [host] = await lab.hosts(['host'])
    const { driver, publicKey } = await openDriver(host)
    await done(driver, { kind: 'create-interface', publicKey, listenPort: 51821 })
    const firewall = filterOf(members(others))
    metric('filter-ms', await bestOf(() => done(driver, { kind: 'set-firewall', firewall })))
    const changes = Array.from({ length: tries }, (_, time) => memberChange(time))
    metric('filter-member-ms', await bestOf((time) => done(driver, changes[time] as HostChange)))
    tell('10,000 peers')
    const peers = Array.from({ length: others }, (_, number) => peerChange(number))
    const added = await driver.executeAll?.(peers)
    check('10,000 peers are there', added !== undefined && E.isRight(added))
    metric('peer-ms', await bestOf((time) => done(driver, peerChange(others + time))))
    const seen = await driver.observe()
    const found = E.isRight(seen) ? seen.right : undefined
    check('every peer and every member is found', found?.peers.size === others + tries, `${found?.peers.size} peers`)
    const inSet = found?.firewall?.sets.get('m1')?.length
    check('the set has them all', inSet === others + tries, `${inSet} members`)
  },
}

async function openDriver(host: Host): Promise<{ driver: HostDriver; publicKey: WireguardPublicKey }> {
  const privateKey = randomBytes(32)
  const shown = await host.sh(`echo ${privateKey.toString('base64')} | wg pubkey`)
  const driver = await createLinuxDriver({
    interfaceName: 'wg0',
    privateKey: async () => E.right(Uint8Array.from(privateKey)),
    commandRunner: createCommandRunner({ prefix: ['nsenter', ...host.enterArguments] }),
    socketFolder: `/proc/${host.pid}/root/run/wireguard`,
    rootFolder: `/proc/${host.pid}/root`,
  })
  if (E.isLeft(driver)) throw new Error(driver.left.reason)
  return { driver: driver.right, publicKey: keyOf(Buffer.from(shown.trim(), 'base64')) }
}

/** The least of a few times, in milliseconds: what it costs where nothing else wants the processor. */
async function bestOf(deed: (time: number) => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let time = 0; time < tries; time += 1) {
    const startedAt = performance.now()
    await deed(time)
    best = Math.min(best, performance.now() - startedAt)
  }
  return Math.round(best * 10) / 10
}

async function done(driver: HostDriver, change: HostChange): Promise<void> {
  const outcome = await driver.execute(change)
  if (E.isLeft(outcome)) throw new Error(outcome.left.reason)
}

/** No two of them merge: every second address. */
const member = (number: number) => ipPrefix(`10.${66 + (number >> 15)}.${(number >> 7) & 255}.${(number & 127) * 2}/32`)

const members = (count: number) => Array.from({ length: count }, (_, number) => member(number))

const filterOf = (
  inSet: DesiredFirewall['sets'] extends ReadonlyMap<string, infer M> ? M : never,
): DesiredFirewall => ({
  rules: {
    filter: {
      mesh: 'm1',
      ranges: 'm1',
      own: [],
      control: [],
      input: [{ policyId: null, to: 'm2', from: ['m1'], within: null, traffic: [{ protocol: 'any' }] }],
      forward: [],
    },
    nat: [],
  },
  sets: new Map([
    ['m1', inSet],
    ['m2', [ipPrefix('10.66.255.1/32')]],
  ]),
})

const memberChange = (time: number): HostChange => ({
  kind: 'change-firewall-set',
  set: 'm1',
  add: [member(others + time)],
  remove: [],
  firewall: filterOf(members(others + time + 1)),
})

const peerChange = (number: number): Extract<HostChange, { kind: 'set-peer' }> => ({
  kind: 'set-peer',
  publicKey: keyOf(createHash('sha256').update(`peer ${number}`).digest()),
  allowedIps: [member(number)],
})

function keyOf(bytes: Uint8Array): WireguardPublicKey {
  const key = wireguardKeyFromBytes(Uint8Array.from(bytes))
  if (E.isLeft(key)) throw new Error(key.left.reason)
  return key.right
}
