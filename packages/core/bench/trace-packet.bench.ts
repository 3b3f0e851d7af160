/** Packets followed through a mesh of 1,000 nodes, some of them behind gateways, from anybody to anybody. */
import { createTraceWorld, ipAddressFromBigInt, replay, tracePacket } from '@meshfold/core'
import { fullMeshEvents, hostNumber, nodeNumber } from './full-mesh.js'
import { millisecondsOf } from './measure.js'
import { becomesGateway, becomesRelayed } from './relayed-mesh.js'

const meshSize = 1000
const packets = 200_000

export const run = async (): Promise<{ bench: string; metrics: Record<string, number> }> => {
  const relayedNodes = Array.from({ length: 100 }, (_, at) => 2 + at)
  const state = replay([
    ...fullMeshEvents(meshSize),
    becomesGateway(0),
    becomesGateway(1),
    ...relayedNodes.map((n) => becomesRelayed(n, [nodeNumber(0), nodeNumber(1)])),
  ])
  const world = createTraceWorld(state)
  let delivered = 0
  const follow = (count: number) => {
    for (let at = 0; at < count; at += 1) {
      const [from, to] = [(at * 7) % meshSize, (at * 13 + 1) % meshSize]
      const packet = {
        source: addressOf(from),
        destination: addressOf(to),
        traffic: { protocol: 'tcp', port: 443 },
      } as const
      const { verdict } = tracePacket(world, { kind: 'host', hostId: hostNumber(from) }, packet)
      if (verdict.kind === 'delivered') delivered += 1
    }
  }
  const firstMs = millisecondsOf(() => follow(meshSize))
  delivered = 0
  const ms = millisecondsOf(() => follow(packets))
  if (delivered !== packets) throw new Error(`${packets - delivered} packets were lost`)
  return {
    bench: 'trace-packet',
    metrics: { first1000PacketsMs: firstMs, packetsPerSecond: packets / (ms / 1000) },
  }
}

const addressOf = (n: number) => ipAddressFromBigInt(4, 0x0a000001n + BigInt(n))
