/** Law 7 of policy routing: on the way from one state to another, nothing is taken into the tunnel or let out of it that neither of them does. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lawRuns } from '../../test/law-runs.js'
import { arbitraryDesiredHost, arbitraryObservedHost, samplePublicKey } from '../testing/arbitraries/hosts.js'
import { type IpAddress, ipAddress, ipFamilyOf, prefixContainsAddress, prefixLength } from '../values/index.js'
import { applyHostChanges } from './apply-host-changes.js'
import type { HostChange } from './host-change.js'
import type { ObservedHost } from './observed-host.js'
import { planChanges } from './plan-changes.js'
import { type PolicyRule, type PolicyTable, policyRuleKinds } from './policy-routing.js'

const ownKey = samplePublicKey(0xa1)
const defaults = { name: 'mesh0', implementation: 'kernel' } as const

/** A packet, as rules see it. `own`: WireGuard's, or an answer to what came in outside. */
interface Seen {
  readonly destination: IpAddress
  readonly isOwn?: boolean
  readonly isForwarded?: boolean
  /** For a virtual range. */
  readonly isMapped?: boolean
  readonly port?: number
}

/** By the host's own routes, into the own interface, or refused. The host's own routes are a default one. */
type Way = 'outside' | 'mesh' | 'refused'

function wayOf(host: ObservedHost, packet: Seen): Way {
  const family = ipFamilyOf(packet.destination)
  const rules = host.policyRouting.rules
    .filter((rule) => rule.family === family)
    .sort((a, b) => policyRuleKinds.indexOf(a.kind) - policyRuleKinds.indexOf(b.kind))
  for (const rule of rules) {
    const way = askedBy(rule, host, packet)
    if (way !== undefined) return way
  }
  return 'outside'
}

/** `undefined`: the next rule is asked. */
function askedBy(rule: PolicyRule, host: ObservedHost, packet: Seen): Way | undefined {
  switch (rule.kind) {
    case 'mapped':
      return packet.isMapped === true ? 'outside' : undefined
    case 'forwarded':
      return packet.isForwarded === true ? lookUp(host, 'forwarded', packet.destination, 0) : undefined
    case 'bypass':
      return packet.isOwn === true && host.policyRouting.bypass === 'on' ? 'outside' : undefined
    case 'outside-flow':
      return rule.port === packet.port && (rule.address ?? packet.destination) === packet.destination
        ? 'outside'
        : undefined
    case 'own-bypass':
      return packet.isOwn === true && packet.isForwarded !== true && host.policyRouting.bypass === 'on'
        ? 'outside'
        : undefined
    case 'longer-own-routes':
      return undefined
    case 'before-own-routes':
      return lookUp(host, 'tunnel', packet.destination, 1)
    case 'own-routes':
      return undefined
    case 'everything':
      return lookUp(host, 'tunnel', packet.destination, 0)
  }
}

function lookUp(host: ObservedHost, table: PolicyTable, destination: IpAddress, shortest: number): Way | undefined {
  const found = host.policyRouting.routes
    .filter((route) => route.table === table && prefixContainsAddress(route.prefix, destination))
    .sort((a, b) => prefixLength(b.prefix) - prefixLength(a.prefix))
  const best = found.filter(({ prefix }) => prefixLength(prefix) === prefixLength(found[0]?.prefix ?? prefix))
  if (best[0] === undefined || prefixLength(best[0].prefix) < shortest) return undefined
  if (best.some(({ to }) => to === 'outside')) return undefined
  return best.some(({ to }) => to === 'mesh') ? 'mesh' : 'refused'
}

const destinations = [
  '198.51.100.7',
  '192.168.7.9',
  '192.168.8.9',
  '192.168.9.9',
  '10.7.0.9',
  '10.8.0.9',
  'fd70::9',
  '203.0.113.80',
  '2001:db8::7',
  'fd07::9',
]
const packets: readonly Seen[] = destinations
  .map(ipAddress)
  .flatMap((destination) => [
    { destination },
    { destination, isOwn: true },
    { destination, isForwarded: true },
    { destination, isForwarded: true, isMapped: true },
    { destination, port: 443 },
    { destination, port: 67 },
  ])

/** Every state on the way, the first and the last too. */
function statesOf(found: ObservedHost, plan: readonly HostChange[]): readonly ObservedHost[] {
  const states = [found]
  for (const change of plan) states.push(applyHostChanges(states.at(-1) ?? found, [change], defaults))
  return states
}

describe('law 7: a plan', () => {
  test.each([
    ['cuts nothing off that goes outside before and after', 'outside'],
    ['lets nothing out that goes into the mesh, or nowhere, before and after', 'inside'],
  ] as const)('%s', (_, side) => {
    const isThere = (host: ObservedHost, packet: Seen) => (wayOf(host, packet) === 'outside') === (side === 'outside')
    const desired = fc.option(arbitraryDesiredHost(ownKey), { nil: undefined, freq: 4 })
    fc.assert(
      fc.property(arbitraryObservedHost([ownKey]), desired, (found, wanted) => {
        const states = statesOf(found, planChanges(found, wanted))
        for (const packet of packets) {
          const last = states.at(-1) ?? found
          if (!isThere(found, packet) || !isThere(last, packet)) continue
          for (const state of states) expect(isThere(state, packet), JSON.stringify(packet)).toBe(true)
        }
      }),
      lawRuns(10),
    )
  })

  test("leaves WireGuard's own packets outside wherever it ends", () => {
    fc.assert(
      fc.property(arbitraryObservedHost([ownKey]), arbitraryDesiredHost(ownKey), (found, wanted) => {
        const after = applyHostChanges(found, planChanges(found, wanted), defaults)
        for (const packet of packets.filter(({ isOwn }) => isOwn)) expect(wayOf(after, packet)).toBe('outside')
      }),
      lawRuns(5),
    )
  })
})
