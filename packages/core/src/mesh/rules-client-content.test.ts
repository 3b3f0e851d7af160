import { describe, expect, test } from 'vitest'
import { sampleClientAdded as added, followedBy as and, sampleGateways as ready } from '../testing/sample-clients.js'
import {
  sampleAddClient,
  sampleAddPolicy,
  sampleClientKey,
  sampleCreateNetwork,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import {
  clientId,
  deviceId,
  egressId,
  hostName,
  ipPrefix,
  type NodeId,
  networkId,
  nodeId,
  policyId,
  tagName,
  userId,
} from '../values/index.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import type { MeshEvent, MeshEventOf } from './mesh-event.js'

const net1 = networkId('net-1')
const [gateway1, gateway2, elsewhere] = [nodeId('node-1-1'), nodeId('node-1-2'), nodeId('node-2-2')]
const client1 = clientId('client-1')
const at = { atEpochMs: sampleTime } as const
const prefixes = (...texts: readonly string[]) => texts.map(ipPrefix)
const { type: _type, gatewayId: _gatewayId, deviceId: _deviceId, ...content1 } = added()
const updated = (changes: Partial<MeshEventOf<'ClientUpdated'>>): MeshEvent => ({
  type: 'ClientUpdated',
  ...content1,
  ...changes,
})
const removed = (number: number, cause: MeshEventOf<'ClientRemoved'>['cause']): MeshEvent => ({
  type: 'ClientRemoved',
  ...at,
  clientId: clientId(`client-${number}`),
  networkId: net1,
  cause,
})
const withOne = [...ready, added(1)]
const update = (changes: Omit<Extract<MeshCommand, { type: 'UpdateClient' }>, 'type' | 'atEpochMs' | 'clientId'>) =>
  ({ type: 'UpdateClient', ...at, clientId: client1, ...changes }) as const

describe('what a client brings along', () => {
  const behind = (...texts: readonly string[]) => sampleAddClient(2, { prefixesBehind: prefixes(...texts) })
  const neighbours = [
    ...ready,
    added(1, { additionalAddresses: prefixes('172.20.0.1/32'), prefixesBehind: prefixes('192.168.40.0/24') }),
    {
      type: 'EgressAdded',
      ...at,
      egressId: egressId('egress-1'),
      networkId: net1,
      name: 'Plant',
      ranges: prefixes('172.16.0.0/16'),
      virtualRanges: null,
      routers: [],
      nat: true,
      returnRoute: 'none',
      restricted: false,
      fallbackToWider: true,
    },
  ] satisfies readonly MeshEvent[]

  test('B4 are its own addresses outside the network, and prefixes behind it', () => {
    const extra = {
      additionalAddresses: prefixes('172.21.0.1/32', '172.22.0.0/24'),
      prefixesBehind: prefixes('fd88::/64'),
    }
    mesh
      .given(neighbours)
      .when(sampleAddClient(2, extra))
      .then([added(2, extra)])
  })

  test.each([
    ['10.1.0.128/25', 'network'],
    ['10.2.0.0/30', 'network'],
    ['10.0.0.0/8', 'network'],
    ['198.19.4.0/24', 'control'],
    ['172.16.9.0/24', 'egress'],
    ['172.0.0.0/11', 'egress'],
    ['192.168.40.0/25', 'client'],
    ['172.20.0.0/24', 'client'],
  ] as const)('B4 %s overlaps that of a %s', (text, kind) => {
    const refusal = mesh
      .given(neighbours)
      .when(behind(text))
      .thenRefused('range-overlaps', { range: ipPrefix(text) })
    expect(refusal.owner.kind).toBe(kind)
  })

  test('B4 may lie inside an egress of /0', () => {
    const all: MeshEvent = { ...neighbours[neighbours.length - 1], ranges: prefixes('0.0.0.0/0') } as MeshEvent
    mesh
      .given([...withOne, all])
      .when(behind('192.168.41.0/24'))
      .then([added(2, { prefixesBehind: prefixes('192.168.41.0/24') })])
  })

  test('B4 belongs to nobody else, in another network either: a host in both has one way to it', () => {
    const there = sampleAddClient(2, { gatewayId: elsewhere, prefixesBehind: prefixes('192.168.40.0/25') })
    const { owner } = mesh.given(neighbours).when(there).thenRefused('range-overlaps')
    expect(owner).toMatchObject({ kind: 'client', clientId: client1 })
  })

  test('B4 are addresses that a host can have, each once', () => {
    mesh.given(ready).when(behind('127.0.0.0/8')).thenRefused('range-not-usable', { reason: 'loopback' })
    mesh.given(ready).when(behind('192.168.0.0/16', '192.168.7.0/24')).thenRefused('client-prefixes-overlap')
    mesh
      .given(ready)
      .when(
        sampleAddClient(2, {
          additionalAddresses: prefixes('192.168.7.1/32'),
          prefixesBehind: prefixes('192.168.7.0/24'),
        }),
      )
      .thenRefused('client-prefixes-overlap')
  })

  test('A1 B4 no new network overlaps it', () => {
    mesh
      .given(neighbours)
      .when(sampleCreateNetwork(3, { range4: ipPrefix('192.168.0.0/16') }))
      .thenRefused('range-overlaps', {
        owner: { kind: 'client', clientId: client1, name: hostName('device-1'), range: ipPrefix('192.168.40.0/24') },
      })
  })
})

describe('PostUp and PostDown', () => {
  test.each([
    ['', 'blank'],
    ['   ', 'blank'],
    ['echo 1\necho 2', 'control-character'],
    ['echo\t1', 'control-character'],
    ['[Peer]\r', 'control-character'],
    ['echo 1 # comment', 'hash'],
  ] as const)('B4 the line %j is refused: %s', (line, reason) => {
    mesh
      .given(ready)
      .when(sampleAddClient(1, { postUp: ['echo fine', line] }))
      .thenRefused('client-script-unfit', { field: 'postUp', line: 2, reason })
    mesh
      .given(withOne)
      .when(update({ postDown: [line] }))
      .thenRefused('client-script-unfit', { field: 'postDown', line: 1, reason })
  })

  test('B4 have several lines, without blanks at their ends, of 1,024 characters together', () => {
    const lines = ['[ -e /tmp/x ] && echo "a = b"', 'x'.repeat(994)]
    expect(lines.join('\n')).toHaveLength(1024)
    mesh
      .given(ready)
      .when(sampleAddClient(1, { postUp: lines.map((line) => ` ${line} `), postDown: ['echo 2'] }))
      .then([added(1, { postUp: lines, postDown: ['echo 2'] })])
    mesh
      .given(ready)
      .when(sampleAddClient(1, { postDown: [...lines, 'x'] }))
      .thenRefused('client-script-too-long', { field: 'postDown', characters: 1026, limit: 1024 })
  })
})

describe('changing a client', () => {
  test('B4 what is left out stays', () => {
    mesh
      .given(withOne)
      .when(update({ name: hostName('phone'), dns: [], fullTunnel: true }))
      .then([updated({ name: hostName('phone'), dns: [], fullTunnel: true })])
    mesh.given(withOne).when(update({})).thenNothing()
    mesh
      .given(withOne)
      .when(update({ name: hostName('device-1'), postUp: [] }))
      .thenNothing()
    mesh
      .given(ready)
      .when(update({ fullTunnel: true }))
      .thenRefused('client-unknown')
  })

  test('A2 B4 its own addresses are free for it; one it must have', () => {
    const before = [...ready, added(1, { addresses: prefixes('10.1.0.64/28') })]
    mesh
      .given(before)
      .when(update({ addresses: prefixes('10.1.0.70/32') }))
      .then([updated({ addresses: prefixes('10.1.0.70/32') })])
    mesh
      .given([...before, added(2, { addresses: prefixes('10.1.0.80/32') })])
      .when(update({ addresses: prefixes('10.1.0.64/27') }))
      .thenRefused('client-address-taken', { memberId: clientId('client-2') })
    mesh
      .given(before)
      .when(update({ addresses: [] }))
      .thenRefused('client-needs-address')
  })

  test('B8 a key that is new is not in the vault, unless it is said', () => {
    const vaulted = [...ready, added(1, { keyVaulted: true })]
    mesh
      .given(vaulted)
      .when(update({ publicKey: sampleClientKey(9) }))
      .then([updated({ publicKey: sampleClientKey(9) })])
    mesh
      .given(vaulted)
      .when(update({ publicKey: sampleClientKey(9), keyVaulted: true }))
      .then([updated({ publicKey: sampleClientKey(9), keyVaulted: true })])
  })

  test("G3 G7 it may become a user's; a device that its user connected stays theirs", () => {
    mesh
      .given(withOne)
      .when(update({ ownerUserId: userId('user-1') }))
      .then([updated({ ownerUserId: userId('user-1') })])
    mesh
      .given(withOne)
      .when(update({ ownerUserId: userId('nobody') }))
      .thenRefused('user-unknown')
    const device = added(1, { ownerUserId: userId('user-1'), deviceId: deviceId('phone') })
    mesh
      .given([...ready, device])
      .when(update({ ownerUserId: null }))
      .thenRefused('client-is-device')
  })

  test('B11 it moves to another gateway of its network with its key and addresses', () => {
    const move = (gatewayId: NodeId) => ({ type: 'MoveClient', ...at, clientId: client1, gatewayId }) as const
    const state = mesh
      .given(withOne)
      .when(move(gateway2))
      .then([{ type: 'ClientMoved', ...at, clientId: client1, networkId: net1, gatewayId: gateway2, cause: 'moved' }])
    expect(largeMapGet(state.clients, client1)).toMatchObject({
      gatewayId: gateway2,
      publicKey: sampleClientKey(1),
      addresses: added().addresses,
    })
    mesh.given(withOne).when(move(gateway1)).thenNothing()
    mesh
      .given(withOne)
      .when(move(elsewhere))
      .thenRefused('client-gateway-elsewhere', { networkName: 'office-1' as never })
    mesh
      .given(withOne)
      .when(move(nodeId('node-1-3')))
      .thenRefused('client-gateway-unknown')
    mesh.given(ready).when(move(gateway2)).thenRefused('client-unknown')
  })

  test('B7 it is disabled, enabled and removed at any time', () => {
    const about = { ...at, clientId: client1, networkId: net1 } as const
    const disabled: MeshEvent = { type: 'ClientDisabled', ...about }
    const command = (type: 'DisableClient' | 'EnableClient' | 'RemoveClient') => ({ type, ...at, clientId: client1 })
    mesh.given(withOne).when(command('DisableClient')).then([disabled])
    mesh
      .given([...withOne, disabled])
      .when(command('DisableClient'))
      .thenNothing()
    mesh
      .given([...withOne, disabled])
      .when(command('EnableClient'))
      .then([{ type: 'ClientEnabled', ...about }])
    mesh.given(withOne).when(command('EnableClient')).thenNothing()
    mesh
      .given([...withOne, disabled])
      .when(command('RemoveClient'))
      .then([removed(1, 'removed')])
    for (const type of ['DisableClient', 'EnableClient', 'RemoveClient'] as const)
      mesh.given(ready).when(command(type)).thenRefused('client-unknown')
  })

  test('B7 G4 policies about a client that is removed end, each with an event of its own', () => {
    const policy = sampleAddPolicy(1, { sources: [{ kind: 'client', clientId: client1 }] })
    mesh
      .given(and(withOne, policy))
      .when({ type: 'RemoveClient', ...at, clientId: client1 })
      .then([
        { type: 'PolicyRemoved', ...at, policyId: policyId('policy-1'), networkId: net1, cause: 'nothing-left' },
        removed(1, 'removed'),
      ])
  })

  test('B6 that its file was handed out is kept, once for each content', () => {
    const issue = (hash: string) => ({ type: 'RecordClientConfig', ...at, clientId: client1, hash }) as const
    const issued: MeshEvent = {
      type: 'ClientConfigIssued',
      ...at,
      clientId: client1,
      networkId: net1,
      hash: '0'.repeat(16),
    }
    const state = mesh
      .given(withOne)
      .when(issue('0'.repeat(16)))
      .then([issued])
    expect(largeMapGet(state.clients, client1)?.issuedConfig).toEqual({ hash: '0'.repeat(16), atEpochMs: sampleTime })
    mesh
      .given([...withOne, issued])
      .when(issue('0'.repeat(16)))
      .thenNothing()
    mesh
      .given(ready)
      .when(issue('0'.repeat(16)))
      .thenRefused('client-unknown')
    mesh.given(withOne).when(issue('secret')).thenRefused('command-malformed')
  })

  test('G4 it carries tags', () => {
    mesh
      .given(withOne)
      .when({ type: 'AssignTag', ...at, memberId: client1, tag: tagName('phones') })
      .then([{ type: 'TagAssigned', ...at, networkId: net1, memberId: client1, tag: tagName('phones') }])
  })
})
