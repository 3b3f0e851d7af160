/** Commands and contexts for tests that speak to the service itself. */
import { commandId, ipPrefix, meshId, networkId, networkName } from '@meshfold/core'
import { nodeCrypto } from '@meshfold/transport-ws'
import { createFreshIds } from '../../src/fresh-ids.js'
import type { CommandContext, UnstampedCommand } from '../../src/mesh-service/command-answer.js'

export const ids = createFreshIds(nodeCrypto)

export const createMesh: UnstampedCommand = {
  type: 'CreateMesh',
  meshId: meshId('mesh-1'),
  name: 'test',
  domain: 'mesh.internal',
  controlRange4: ipPrefix('198.19.0.0/16'),
  controlRange6: ipPrefix('fd00:1:2::/48'),
  ephemeralGraceSeconds: 600,
}

export const createNetwork = (name: string, third: number): UnstampedCommand => ({
  type: 'CreateNetwork',
  networkId: networkId(`net-${name}`),
  name: networkName(name),
  range4: ipPrefix(`10.${third >> 8}.${third & 255}.0/24`),
  range6: null,
  settings: { keepaliveSeconds: 20, mtuBytes: 1420, joinApproval: 'automatic', clientDns: [] },
})

export const contextOf = (id: string = ids.command()): CommandContext => ({
  commandId: commandId(id),
  actor: 'test',
  reason: null,
  source: null,
})
