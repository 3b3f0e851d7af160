import { egressId, hostId, ipPrefix, nodeId } from '@meshfold/core'
import { expect, test } from 'vitest'
import { type RouterRole, RouterRoles } from './router-roles.js'

const ranges = [ipPrefix('192.168.77.0/24')]
const routed = (id: string, routers: number) => ({
  egressId: egressId(id),
  ranges,
  before: [{ hostId: hostId('other'), nodeId: nodeId('n0') }],
  routers: Array.from({ length: routers }, (_, at) => ({ nodeId: nodeId(`n${at}`), interfaceName: null })),
})
const serving = (...ids: readonly string[]) => ({ gatewayIds: [], servedEgressIds: ids.map(egressId) })
const nobody = () => false

test('each change of a role is told once, and ranges of one router are nobody’s concern', () => {
  const told: RouterRole[] = []
  const roles = new RouterRoles((role) => told.push(role))
  const config = { routing: [routed('shared', 2), routed('alone', 1)] }
  roles.note(config, serving('alone'), nobody)
  roles.note(config, serving('alone'), nobody)
  roles.note(config, serving('alone', 'shared'), nobody)
  roles.note({ routing: [] }, serving(), nobody)
  expect(told.map(({ egressId: id, role }) => `${id} ${role}`)).toEqual([
    'shared standby',
    'shared active',
    'shared standby',
  ])
})

test('an active router says so again when one before it dies', () => {
  const told: RouterRole[] = []
  const roles = new RouterRoles((role) => told.push(role))
  const config = { routing: [routed('shared', 2)] }
  for (const isDown of [nobody, () => true, () => true, nobody]) roles.note(config, serving('shared'), isDown)
  expect(told.map(({ role }) => role)).toEqual(['active', 'active'])
})
