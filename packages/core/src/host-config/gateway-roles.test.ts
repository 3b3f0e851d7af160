/** What configs make of gateways that can't do their work now, and of ways to the internet that must not be chained. */
import { describe, expect, test } from 'vitest'
import { replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import {
  sampleAssignRelay,
  sampleCascadingMesh,
  sampleCreateExit,
  sampleCreateGateway,
  sampleMeshOfSix,
  sampleNode,
  sampleRouteAll,
} from '../testing/sample-gateways.js'
import { eventsOf, sampleAddEgress, sampleTime } from '../testing/sample-mesh.js'
import { type HostCapability, hostCapabilities, hostId, ipPrefix, networkId } from '../values/index.js'
import { projectHostConfig } from './expand-host-config.js'
import { internetPathKey } from './host-config.js'

const configOf = (host: number, ...commands: readonly MeshCommand[]) => {
  const config = projectHostConfig(replay(eventsOf(...commands)), hostId(`host-${host}`))
  if (config === undefined) throw new TypeError(`host ${host} has no config`)
  return config
}
const lacking = (host: number, capability: HostCapability): MeshCommand => ({
  type: 'UpdateHost',
  atEpochMs: sampleTime,
  hostId: hostId(`host-${host}`),
  capabilities: hostCapabilities.filter((each) => each !== capability),
})

describe('a gateway whose driver can forward no longer', () => {
  const relayed = [...sampleMeshOfSix, sampleCreateGateway(1), sampleCreateGateway(2), sampleAssignRelay(3, 1, 2)]
  const viaOf = (...more: readonly MeshCommand[]) => configOf(3, ...relayed, ...more).own.memberships[0]?.via

  test('B1 C1 is used by nobody: its nodes are reached through their standbys, as if it were put aside', () => {
    expect(viaOf()).toEqual([sampleNode(1), sampleNode(2)])
    expect(viaOf(lacking(1, 'forward'))).toEqual([sampleNode(2)])
    expect(viaOf(lacking(1, 'forward'), lacking(2, 'forward'))).toEqual([])
    const aside = { type: 'DisconnectNode', atEpochMs: sampleTime, nodeId: sampleNode(1) } as const
    expect(viaOf(aside)).toEqual([sampleNode(2)])
  })

  test('B1 knows why: its config says what it lacks', () => {
    const refused = (host: number) => configOf(host, ...relayed, lacking(1, 'forward')).refused
    expect(refused(1)).toMatchObject([{ part: 'forward', capability: 'forward' }])
    expect(refused(2)).toEqual([])
  })
})

describe('ways to the internet', () => {
  const exit = (network: number, host: number) =>
    sampleAddEgress(network, {
      networkId: networkId(`net-${network}`),
      ranges: [ipPrefix('0.0.0.0/0'), ipPrefix('::/0')],
      routers: [{ nodeId: sampleNode(host, network) }],
    })
  const hasWay = (host: number, ...more: readonly MeshCommand[]) =>
    configOf(host, ...sampleCascadingMesh, ...more).paths.has(internetPathKey)

  test('E4 an egress of /0 is the way of everybody but its router', () => {
    expect([1, 2].map((host) => hasWay(host, exit(1, 1)))).toEqual([false, true])
  })

  test('D3 E4 is not the way of an internet gateway, or of a router of another: none is chained', () => {
    expect([2, 3].map((host) => hasWay(host, exit(1, 1), sampleCreateExit(2), sampleCreateGateway(3)))).toEqual([
      false,
      true,
    ])
    const leave = [5, 6].map(
      (host) => ({ type: 'RemoveNode', atEpochMs: sampleTime, nodeId: sampleNode(host, 2) }) as const,
    )
    expect([3, 4].map((host) => hasWay(host, ...leave, exit(1, 1), exit(2, 4)))).toEqual([true, false])
  })

  test('D1 D5 an internet gateway that can masquerade no longer takes nothing: another of the list does', () => {
    const tunnelled = [sampleCreateExit(1), sampleCreateExit(2), sampleAssignRelay(3, 1, 2), sampleRouteAll(3)]
    const exitsOf = (...more: readonly MeshCommand[]) =>
      configOf(3, ...sampleCascadingMesh, ...tunnelled, ...more).own.memberships[0]?.tunnel.gatewayIds
    expect(exitsOf()).toEqual([sampleNode(1), sampleNode(2)])
    expect(exitsOf(lacking(1, 'nat'))).toEqual([sampleNode(2)])
    expect(exitsOf(lacking(1, 'nat'), lacking(2, 'nat'))).toEqual([])
  })
})
