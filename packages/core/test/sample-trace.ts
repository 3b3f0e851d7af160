/** Three hosts in one network, and what becomes of a packet there. */

import type { PacketOrigin } from '../src/explain/packet.js'
import { tracePacket } from '../src/explain/trace-packet.js'
import { createTraceWorld } from '../src/explain/trace-world.js'
import { replay } from '../src/mesh/evolve.js'
import type { MeshCommand } from '../src/mesh/mesh-command.js'
import { sampleAbleHost } from '../src/testing/sample-gateways.js'
import { eventsOf, sampleCreateMesh, sampleCreateNetwork, sampleJoinNetwork } from '../src/testing/sample-mesh.js'
import { ipAddress } from '../src/values/index.js'

/** Hosts 1, 2 and 3 with 10.1.0.1, 10.1.0.2 and 10.1.0.3. */
export const worldWith = (...commands: readonly MeshCommand[]) => createTraceWorld(stateWith(...commands))

export const stateWith = (...commands: readonly MeshCommand[]) =>
  replay(
    eventsOf(
      sampleCreateMesh(),
      sampleCreateNetwork(1, { range6: null }),
      ...[1, 2, 3].flatMap((number) => [sampleAbleHost(number), sampleJoinNetwork(1, number)]),
      ...commands,
    ),
  )

export const verdictOf = (
  world: ReturnType<typeof worldWith>,
  origin: PacketOrigin,
  from: string,
  to: string,
): ReturnType<typeof tracePacket>['verdict'] =>
  tracePacket(world, origin, {
    source: ipAddress(from),
    destination: ipAddress(to),
    traffic: { protocol: 'tcp', port: 443 },
  }).verdict
