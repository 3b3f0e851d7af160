import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from 'vitest'
import { replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import type { MeshState } from '../mesh/mesh-state.js'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
  sampleTime,
} from '../testing/sample-mesh.js'
import { hostCapabilities, networkId, nodeId, policyId, tagName } from '../values/index.js'
import { describeStateChange } from './describe-change.js'
import { describeDifferences } from './describe-differences.js'
import { describeExplanation } from './describe-explanation.js'
import { explain } from './explain.js'
import { planCommand } from './plan-command.js'
import { stateDifferences } from './state-differences.js'
import { thingOf, thingsOf } from './state-things.js'

const [one, two, three] = [1, 2, 3].map((n) => nodeId(`node-1-${n}`)) as [never, never, never]
const about = { atEpochMs: sampleTime }
const switchOff: MeshCommand = {
  type: 'SwitchDefaultPolicy',
  ...about,
  networkId: networkId('net-1'),
  everyoneAllowed: false,
}
const webPolicy: MeshCommand = {
  type: 'AddPolicy',
  ...about,
  policyId: policyId('web'),
  networkId: networkId('net-1'),
  name: 'Web',
  enabled: true,
  sources: [{ kind: 'tag', tag: tagName('office') }],
  destinations: [{ kind: 'node', nodeId: two }],
  traffic: [{ protocol: 'tcp', ports: [{ first: 443, last: 443 }] }],
  direction: 'one-way',
}

const meshWith = (...commands: readonly MeshCommand[]): MeshState =>
  replay(
    eventsOf(
      sampleCreateMesh(),
      sampleCreateNetwork(1, { range6: null }),
      ...[1, 2, 3].map((n) => sampleRegisterHost(n, { capabilities: hostCapabilities })),
      ...[1, 2, 3].map((n) => sampleJoinNetwork(1, n)),
      { type: 'AssignTag', ...about, memberId: one, tag: tagName('office') },
      ...commands,
    ),
  )

const web = { protocol: 'tcp', port: 443 } as const
const node = (id: never) => ({ kind: 'node', nodeId: id }) as const

describe('explain', () => {
  test('tells the policy and every hop of a flow that works', () => {
    const state = meshWith(switchOff, webPolicy)
    const explanation = explain(state, node(one), node(two), web)
    expect(explanation && describeExplanation(state, explanation)).toEqual([
      'machine-1 (10.1.0.1) to machine-2 (10.1.0.2), TCP 443: works',
      '  policy: allowed by policy "Web"',
      '  host "machine-1" sends it into the tunnel',
      '  host "machine-2" lets it in: policy "Web"',
    ])
  })

  test('tells the first thing that stops one', () => {
    const state = meshWith(switchOff, webPolicy)
    const ssh = explain(state, node(one), node(two), { protocol: 'tcp', port: 22 })
    expect(ssh && describeExplanation(state, ssh)).toEqual([
      'machine-1 (10.1.0.1) to machine-2 (10.1.0.2), TCP 22: does not work',
      '  policy: nothing allows it',
      '  host "machine-1" sends it into the tunnel',
      '  host "machine-2" drops it: no policy lets it in',
      '  way out: add a policy from the one to the other for this traffic, or widen one',
    ])
    const stranger = explain(state, node(three), node(two), web)
    expect(stranger?.flows[0]?.request.verdict).toMatchObject({ kind: 'dropped', reason: 'no-peer' })
  })

  test('says who takes no part, and why', () => {
    const state = meshWith({ type: 'DisconnectNode', ...about, nodeId: two })
    const explanation = explain(state, node(one), node(two), web)
    expect(explanation && describeExplanation(state, explanation)).toEqual([
      'machine-1 (10.1.0.1) to machine-2 (10.1.0.2), TCP 443: does not work',
      '  machine-2 takes no part: it is disconnected',
      '  policy: everyone may talk to everyone',
      '  host "machine-1" drops it: none of its peers has the destination',
      '  way out: connect the node, or give it a gateway that takes part',
    ])
  })

  test('knows nobody who is not there', () => {
    expect(explain(meshWith(), node(nodeId('nobody') as never), node(nodeId('nowhere') as never), web)).toBeUndefined()
  })
})

describe('planCommand', () => {
  test('tells events, hosts that change, and who gains and loses whom', () => {
    const state = meshWith(webPolicy)
    const planned = planCommand(state, switchOff)
    const plan = E.isRight(planned) ? planned.right : undefined
    expect(plan?.events.map(({ type }) => type)).toEqual(['DefaultPolicySwitched'])
    expect(plan?.hosts.map(({ hostId }) => hostId)).toEqual(['host-1', 'host-2', 'host-3'])
    expect(plan?.reachability.gained).toEqual([])
    expect(plan?.reachability.lost).toContainEqual({
      networkId: networkId('net-1'),
      from: [one],
      to: [two],
      traffic: [{ protocol: 'icmp' }],
    })
    expect(plan?.reachability).toMatchObject({ pairs: 9, isComplete: true })
    expect(plan && describeStateChange(state, plan.after, plan)).toEqual([
      '3 hosts change their config:',
      '  machine-1',
      '    peer machine-3 goes',
      '    lets in everyone no more',
      '  machine-2',
      '    peer machine-3 goes',
      '    lets in everyone no more',
      '    lets in what policy "Web" allows now: from tag:office, TCP 443',
      '  machine-3',
      '    peer machine-1 goes',
      '    peer machine-2 goes',
      '    lets in everyone no more',
      'Can talk no more:',
      '  machine-2, machine-3 to machine-1: ICMP, TCP 443',
      '  machine-1 to machine-2: ICMP',
      '  machine-1, machine-2 to machine-3: ICMP, TCP 443',
      '  machine-3 to machine-2: ICMP, TCP 443',
      '(9 kinds of pairs tried with ICMP, TCP 443)',
    ])
  })

  test('looks at one of those that are alike', () => {
    const planned = planCommand(
      meshWith({ type: 'UnassignTag', ...about, memberId: one, tag: tagName('office') }),
      switchOff,
    )
    expect(planned).toMatchObject({
      right: {
        configs: [{ hostIds: ['host-1', 'host-2', 'host-3'] }],
        reachability: { pairs: 2, lost: [{ from: [one, two, three], to: [one, two, three] }] },
      },
    })
  })

  test('refuses what would be refused, and changes nothing', () => {
    const state = meshWith()
    expect(planCommand(state, { ...switchOff, networkId: networkId('nowhere') })).toMatchObject({
      left: { code: 'network-unknown' },
    })
    expect(planCommand(state, switchOff, { maxPairs: 2 })).toMatchObject({
      right: { reachability: { pairs: 2, isComplete: false } },
    })
    expect(state).toEqual(meshWith())
  })
})

test('stateDifferences tells what came, went and changed', () => {
  const [before, after] = [meshWith(), meshWith(webPolicy, { type: 'RemoveNode', ...about, nodeId: three })]
  expect(stateDifferences(before, before)).toEqual([])
  expect(stateDifferences(before, after)).toEqual([
    { kind: 'nodes', id: three, change: 'went', fields: [] },
    { kind: 'policies', id: 'web', change: 'came', fields: [] },
  ])
})

test('differences are told in words, the mesh as a whole included', () => {
  const before = meshWith()
  const after = meshWith(
    webPolicy,
    { type: 'UpdateMeshSettings', ...about, name: 'Ours' },
    { type: 'DisconnectNode', ...about, nodeId: three },
  )
  expect(describeDifferences(before, after)).toEqual([
    'mesh Ours changed: name Sample mesh → Ours',
    'node machine-3.office-1 changed: connected true → false',
    'policy Web.office-1 came',
  ])
})

test('of settings that changed only those are told that are others', () => {
  const settings = { privateUnderlay: true, keepaliveSeconds: 7 }
  const after = meshWith({ type: 'UpdateNetwork', ...about, networkId: networkId('net-1'), settings })
  expect(describeDifferences(meshWith(), after)).toEqual([
    'network office-1 changed: settings.keepaliveSeconds 25 → 7, settings.privateUnderlay false → true',
  ])
})

test('things are told without what is kept for speed', () => {
  const [network] = thingsOf(meshWith(), 'networks')
  expect(network).toMatchObject({ id: 'net-1', name: 'office-1', facts: { range4: '10.1.0.0/24', everUsed: true } })
  expect(Object.keys(network?.facts ?? {})).not.toContain('nodeIds')
  expect(thingOf(meshWith(), 'nodes', one)?.name).toBe('machine-1.office-1')
  expect(thingOf(meshWith(), 'nodes', 'nobody')).toBeUndefined()
})
