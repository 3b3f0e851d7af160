import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import type { MeshState, TestEnd } from '../mesh/mesh-state.js'
import { sampleAssignRelay, sampleCreateGateway, sampleMeshOfSix, sampleNode } from '../testing/sample-gateways.js'
import { eventsOf, sampleAddClient, sampleAddEgress, sampleTime } from '../testing/sample-mesh.js'
import { clientId, ipAddress, ipPrefix, networkId, policyId, tagName } from '../values/index.js'
import { describeStateChange } from './describe-change.js'
import { describeDifferences } from './describe-differences.js'
import { describeExplanation } from './describe-explanation.js'
import { explain } from './explain.js'
import { planCommand } from './plan-command.js'

const about = { atEpochMs: sampleTime }
const client = sampleAddClient(1, { prefixesBehind: [ipPrefix('192.168.7.0/24')] })
const lab = sampleAddEgress(1, { ranges: [ipPrefix('192.168.50.0/24')], routers: [{ nodeId: sampleNode(3) }] })
const closed: MeshCommand = {
  type: 'SwitchDefaultPolicy',
  ...about,
  networkId: networkId('net-1'),
  everyoneAllowed: false,
}

/** Gateway 1 has a client with a LAN behind it; host 3 routes a lab. */
const meshWith = (...commands: readonly MeshCommand[]): MeshState =>
  replay(eventsOf(...sampleMeshOfSix, sampleCreateGateway(1), client, lab, ...commands))

const host = (number: number): TestEnd => ({ kind: 'node', nodeId: sampleNode(number) })
const address = (text: string): TestEnd => ({ kind: 'address', address: ipAddress(text) })
const phone: TestEnd = { kind: 'client', clientId: client.clientId }

const explained = (state: MeshState, from: TestEnd, to: TestEnd): string =>
  describeExplanation(state, explain(state, from, to, { protocol: 'icmp' }) ?? fail()).join('\n')

const fail = (): never => {
  throw new Error('one of them is not there')
}

describe('an explanation says', () => {
  test('that what stays on a host is no matter of policy', () => {
    expect(explained(meshWith(closed), host(2), host(2))).toContain('policy: is not asked: it stays on the host')
  })

  test('why a gateway reaches its own client though nothing allows it', () => {
    const text = explained(meshWith(closed), host(1), phone)
    expect(text).toContain('works')
    expect(text).toContain('nothing allows it, but what a host itself sends to its own clients')
    expect(explained(meshWith(closed), host(2), phone)).toContain('policy: nothing allows it\n')
  })

  test('that nobody has an address of the network', () => {
    const text = explained(meshWith(), host(2), address('10.1.0.99'))
    expect(text).toContain('does not work')
    expect(text).toContain('way out: nobody in network "office-1" has this address')
    expect(explained(meshWith(), address('10.1.0.99'), host(2))).toBe(
      '10.1.0.99 to machine-2: nobody in network "office-1" has 10.1.0.99.',
    )
  })

  test('that nothing leads to an address beyond, nor from there', () => {
    for (const from of [host(2), phone]) {
      const text = explained(meshWith(closed), from, address('192.0.2.9'))
      expect(text).toContain('way out: nothing of the mesh leads there: add an egress with this address')
    }
    expect(explained(meshWith(), address('192.0.2.9'), host(2))).toContain('192.0.2.9 is in no range of an egress')
  })

  test('the policy as the way out where an egress leads there', () => {
    const text = explained(meshWith(closed), host(2), address('192.168.50.9'))
    expect(text).toContain('192.168.50.9, ICMP: goes outside the mesh')
    expect(text).toContain('way out: add a policy')
  })

  test('how packets come in that begin behind a client, or behind a router of this network', () => {
    expect(explained(meshWith(), address('192.168.7.9'), host(2))).toContain('192.168.7.9 to machine-2')
    expect(explained(meshWith(), address('192.168.7.9'), host(2))).toContain('works')
    const twin = sampleAddEgress(0, {
      networkId: networkId('net-2'),
      ranges: [ipPrefix('192.168.50.0/24')],
      routers: [{ nodeId: sampleNode(4, 2) }],
    })
    const twice = explained(meshWith(twin), address('192.168.50.9'), host(2))
    expect(twice).toContain('host "machine-3" passes it on')
    expect(twice).not.toContain('machine-4')
  })
})

describe('a plan', () => {
  const described = (state: MeshState, command: MeshCommand): string => {
    const planned = planCommand(state, command)
    return E.isRight(planned) ? describeStateChange(state, planned.right.after, planned.right).join('\n') : fail()
  }

  test('calls things by their names, and tells hosts together whose configs change in the same way', () => {
    const text = described(meshWith(sampleCreateGateway(2)), sampleAssignRelay(6, 1, 2))
    expect(text).toContain('path to machine-6.office-1 comes: 1. machine-1, 2. machine-2')
    expect(text).not.toMatch(/node-1|client-1|net-1/)
    const removed = described(meshWith(sampleCreateGateway(2), closed), {
      type: 'AddPolicy',
      ...about,
      policyId: policyId('web'),
      networkId: networkId('net-1'),
      name: 'Web',
      sources: [{ kind: 'tag', tag: tagName('a') }],
      destinations: [{ kind: 'client', clientId: clientId(String(client.clientId)) }],
      traffic: [{ protocol: 'any' }],
      enabled: true,
      direction: 'one-way',
    })
    expect(removed).toContain('to client:')
    expect(removed).not.toContain(String(client.clientId))
  })

  test('has a line for each rule, and sorted names', () => {
    const text = described(meshWith(sampleCreateGateway(2)), closed)
    expect(text).toMatch(/machine-1, and alike machine-2\n/)
    expect(text).toContain('passes on what everyone may send, mesh to mesh no more\n')
    const talk = text.slice(text.indexOf('Can talk no more:')).split('\n').slice(1, 2)[0]
    const names = talk?.trim().split(' to ')[0]?.split(', ') ?? []
    expect(names.length).toBeGreaterThan(2)
    expect(names).toEqual([...names].sort())
  })
})

test('differences call things by their names, and leave out what follows from others', () => {
  const before = meshWith()
  const after = meshWith(sampleCreateGateway(2), sampleAssignRelay(6, 1, 2), {
    type: 'RemoveEgress',
    ...about,
    egressId: lab.egressId,
  })
  expect(describeDifferences(before, after)).toEqual([
    expect.stringMatching(
      /^node machine-6\.office-1 changed: relay null → \{"mode":"manual","gatewayIds":\["machine-1\.office-1","machine-2\.office-1"\]/,
    ),
    'gateway machine-2.office-1 came',
    expect.stringMatching(/^egress .* went$/),
  ])
})
