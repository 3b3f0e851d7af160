/** Routes: of each network its ranges and what lies behind it, and from which address of the host. */
import { expect, test } from 'vitest'
import { replay } from '../mesh/evolve.js'
import type { MeshCommand } from '../mesh/mesh-command.js'
import {
  eventsOf,
  sampleAddEgress,
  sampleCreateMesh,
  sampleCreateNetwork,
  sampleJoinNetwork,
  sampleRegisterHost,
} from '../testing/sample-mesh.js'
import { hostCapabilities, hostId, ipAddress } from '../values/index.js'
import { projectHostConfig } from './expand-host-config.js'

const routesOf = (...more: readonly MeshCommand[]) => {
  const hosts = [1, 2].map((host) => sampleRegisterHost(host, { capabilities: hostCapabilities }))
  const state = replay(eventsOf(sampleCreateMesh(), sampleCreateNetwork(1), sampleCreateNetwork(2), ...hosts, ...more))
  const routes = projectHostConfig(state, hostId('host-2'))?.routes ?? []
  return Object.fromEntries(routes.map(({ prefix, preferredSource }) => [prefix, preferredSource]))
}

test("A4 every route has its network's own address as its source", () => {
  const at = (address: string) => ({ address4: ipAddress(address) as never })
  const routes = routesOf(
    sampleJoinNetwork(1, 1),
    sampleJoinNetwork(1, 2, at('10.1.0.77')),
    sampleJoinNetwork(2, 2, at('10.2.0.78')),
    sampleAddEgress(1),
  )
  expect(routes).toMatchObject({
    '10.1.0.0/24': '10.1.0.77',
    '10.2.0.0/24': '10.2.0.78',
    '192.168.1.0/24': '10.1.0.77',
    'fd01:0:0:1::/64': expect.stringMatching(/^fd01:0:0:1:/),
    'fd01:0:0:2::/64': expect.stringMatching(/^fd01:0:0:2:/),
    'fd0a:0:0:1::/64': expect.stringMatching(/^fd01:0:0:1:/),
  })
})

test('A4 a network without a family has no route of that family', () => {
  const routes = routesOf(sampleCreateNetwork(3, { range6: null }), sampleJoinNetwork(3, 2))
  expect(Object.keys(routes).filter((prefix) => prefix.startsWith('10.3.') || prefix.startsWith('fd01:0:0:3'))).toEqual(
    ['10.3.0.0/24'],
  )
})
