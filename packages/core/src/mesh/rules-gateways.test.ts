import { describe, expect, test } from 'vitest'
import {
  gatewayCreated,
  sampleAbleHost,
  sampleAssignRelay,
  sampleCreateGateway,
  sampleMeshOfSix,
  sampleNode,
  sampleSetAutoGateway,
  sampleUnassignRelay,
} from '../testing/sample-gateways.js'
import {
  eventsOf,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleTime,
} from '../testing/sample-mesh.js'
import { meshSpecification as mesh } from '../testing/specification.js'
import { hostName, networkId, networkName, udpEndpoint } from '../values/index.js'
import type { UpdateGateway } from './commands/update-gateway.js'
import type { EndpointCandidate } from './endpoint-candidate.js'
import { largeMapGet } from './large-map.js'
import type { MeshCommand } from './mesh-command.js'
import { defaultNetworkSettings } from './mesh-state.js'

const at = { atEpochMs: sampleTime } as const
const given = (...more: readonly MeshCommand[]) => mesh.given(eventsOf(...sampleMeshOfSix, ...more))
const candidate = (text: string, origin: EndpointCandidate['origin']): EndpointCandidate => ({
  endpoint: udpEndpoint(text),
  origin,
})

describe('a gateway', () => {
  const withEndpoints = (endpoints: readonly EndpointCandidate[], privateUnderlay = false) =>
    mesh.given(
      eventsOf(
        sampleCreateMesh(),
        sampleCreateNetwork(1, { settings: { ...defaultNetworkSettings, privateUnderlay } }),
        sampleAbleHost(1, { endpoints }),
        sampleJoinNetwork(1, 1),
      ),
    )
  const needsEndpoint = { hostName: hostName('machine-1'), networkName: networkName('office-1') }

  test('B1 with an endpoint that its operator declared is thought to be reachable there', () => {
    const state = given()
      .when(sampleCreateGateway(1))
      .then([gatewayCreated(1)])
    expect(largeMapGet(state.gateways, sampleNode(1))).toMatchObject({ autoRelay: true, internet: false, usedBy: 0 })
  })

  test.each([
    ['a public address of its own', '203.0.113.1', '203.0.113.1', 'observed'],
    ['a public address of its own, by IPv6', '[2001:db8::1]', '[2001:db8::1]', 'observed'],
    ['another address: it is behind NAT', '192.168.1.2', '203.0.113.1', null],
    ['another public address', '203.0.113.1', '203.0.113.2', null],
    ['an address of its own of RFC 1918', '172.31.1.2', '172.31.1.2', null],
    ['an address of its own of carrier-grade NAT', '100.64.0.2', '100.64.0.2', null],
    ['an address of its own of RFC 4193', '[fd00::2]', '[fd00::2]', null],
  ] as const)('B1 seen by the server at %s', (_what, own, seen, proof) => {
    const endpoints = [candidate(`${own}:51821`, 'local'), candidate(`${seen}:40000`, 'observed')]
    const when = withEndpoints(endpoints).when(sampleCreateGateway(1))
    if (proof !== null) when.then([gatewayCreated(1, { endpointProof: proof })])
    else when.thenRefused('gateway-needs-public-endpoint', needsEndpoint)
  })

  test('B1 is not reachable where only its host says so, or at a private address that was declared', () => {
    for (const endpoint of [candidate('203.0.113.1:51821', 'local'), candidate('10.9.0.1:51821', 'declared')])
      withEndpoints([endpoint]).when(sampleCreateGateway(1)).thenRefused('gateway-needs-public-endpoint', needsEndpoint)
  })

  test('B1 may be at a private address where the underlay is private, but somewhere', () => {
    for (const origin of ['declared', 'observed', 'local'] as const)
      withEndpoints([candidate('192.168.1.2:51821', origin)], true)
        .when(sampleCreateGateway(1))
        .then([gatewayCreated(1, { endpointProof: 'private-underlay' })])
    withEndpoints([candidate('203.0.113.1:51821', 'declared')], true)
      .when(sampleCreateGateway(1))
      .then([gatewayCreated(1)])
    withEndpoints([], true).when(sampleCreateGateway(1)).thenRefused('gateway-needs-public-endpoint', needsEndpoint)
  })

  test('B1 needs a driver that can pass packets on', () => {
    given({ type: 'UpdateHost', ...at, hostId: sampleAbleHost(1).hostId, capabilities: ['filter', 'nat'] })
      .when(sampleCreateGateway(1))
      .thenRefused('gateway-needs-forwarding', { hostName: hostName('machine-1') })
  })

  test('B1 is a node that takes part', () => {
    given().when(sampleCreateGateway(9)).thenRefused('node-unknown')
    given({ type: 'DisconnectNode', ...at, nodeId: sampleNode(1) })
      .when(sampleCreateGateway(1))
      .thenRefused('gateway-node-inactive', { nodeId: sampleNode(1) })
  })

  test('B2 is no relayed node, nor one with an automatic gateway', () => {
    const two = { nodeId: sampleNode(2), name: hostName('machine-2') }
    given(sampleCreateGateway(1), sampleAssignRelay(2, 1))
      .when(sampleCreateGateway(2))
      .thenRefused('gateway-node-relayed', { ...two, mode: 'manual' })
    for (const gateways of [[], [sampleCreateGateway(1)]])
      given(...gateways, sampleSetAutoGateway(2))
        .when(sampleCreateGateway(2))
        .thenRefused('gateway-node-relayed', { ...two, mode: 'auto' })
    given(sampleCreateGateway(1), sampleAssignRelay(2, 1), sampleUnassignRelay(2))
      .when(sampleCreateGateway(2))
      .then([gatewayCreated(2)])
  })

  test('B2 is not relayed, nor gets an automatic gateway', () => {
    for (const command of [sampleAssignRelay(2, 1), sampleSetAutoGateway(2)])
      given(sampleCreateGateway(1), sampleCreateGateway(2))
        .when(command)
        .thenRefused('gateway-not-relayed', { nodeId: sampleNode(2) })
  })

  test('B2 may be relayed in another network of its host', () => {
    given(sampleCreateGateway(4), sampleCreateGateway(5, { nodeId: sampleNode(5, 2) }))
      .when({ type: 'AssignRelay', ...at, nodeId: sampleNode(4, 2), gatewayIds: [sampleNode(5, 2)] })
      .then([
        {
          type: 'RelayAssigned',
          ...at,
          nodeId: sampleNode(4, 2),
          mode: 'manual',
          gatewayIds: [sampleNode(5, 2)],
          cause: 'command',
        },
      ])
  })

  const update = (autoRelay: boolean): UpdateGateway => ({
    type: 'UpdateGateway',
    ...at,
    nodeId: sampleNode(1),
    autoRelay,
  })

  test('B2 has auto-relay on, unless it is created without', () => {
    given()
      .when(sampleCreateGateway(1, { autoRelay: false }))
      .then([gatewayCreated(1, { autoRelay: false })])
    given(sampleCreateGateway(1))
      .when(update(false))
      .then([{ ...update(false), type: 'GatewayUpdated' }])
    given(sampleCreateGateway(1), update(false))
      .when(update(true))
      .then([{ ...update(true), type: 'GatewayUpdated' }])
    given(sampleCreateGateway(1)).when(update(true)).thenNothing()
    given()
      .when(update(false))
      .thenRefused('gateway-unknown', { nodeId: sampleNode(1) })
  })

  test('B1 created again it is already so; on other terms that is an update', () => {
    const exit = { internet: { connectNodeIds: [sampleNode(3)] } }
    given(sampleCreateGateway(1)).when(sampleCreateGateway(1)).thenNothing()
    given(sampleCreateGateway(1, exit)).when(sampleCreateGateway(1, exit)).thenNothing()
    const others = [{ autoRelay: false }, exit, { internet: {} }]
    for (const changes of others)
      given(sampleCreateGateway(1))
        .when(sampleCreateGateway(1, changes))
        .thenRefused('gateway-exists', { nodeId: sampleNode(1) })
    given(sampleCreateGateway(1, { internet: {} }))
      .when(sampleCreateGateway(1, exit))
      .thenRefused('gateway-exists')
  })

  test('A5 stays one while it is put aside, and is no candidate meanwhile', () => {
    const aside = { type: 'DisconnectNode', ...at, nodeId: sampleNode(1) } as const
    const state = given(sampleCreateGateway(1))
      .when(aside)
      .then([{ ...aside, type: 'NodeDisconnected' }])
    expect(largeMapGet(state.networks, networkId('net-1'))?.gatewayIds.size).toBe(1)
    given(sampleCreateGateway(1), aside)
      .when(sampleAssignRelay(3, 1))
      .thenRefused('gateway-away', { nodeId: sampleNode(1), name: hostName('machine-1') })
    given(sampleCreateGateway(1), sampleCreateGateway(2), aside)
      .when(sampleSetAutoGateway(3))
      .then([
        {
          type: 'RelayAssigned',
          ...at,
          nodeId: sampleNode(3),
          mode: 'auto',
          gatewayIds: [sampleNode(2)],
          cause: 'command',
        },
      ])
  })
})
