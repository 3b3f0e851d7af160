/** Packets followed through a mesh of 1,000 nodes, some of them behind gateways, from anybody to anybody. */
import { createTraceWorld, type HostId, type IpAddress, ipAddressFromBigInt, replay, tracePacket } from '@meshfold/core'
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
  const addresses = Array.from({ length: meshSize }, (_, n) => addressOf(n))
  const hostIds = Array.from({ length: meshSize }, (_, n) => hostNumber(n))
  const world = createTraceWorld(state)
  let delivered = 0
  /** Everybody sends to somebody else in each round, until all have sent to all. */
  const follow = (count: number, roundOf: (at: number) => number) => {
    for (let at = 0; at < count; at += 1) {
      const [from, to] = [(at * 7) % meshSize, (at * 13 + 1 + roundOf(at)) % meshSize]
      const packet = {
        source: addresses[from] as IpAddress,
        destination: addresses[to] as IpAddress,
        traffic: { protocol: 'tcp', port: 443 },
      } as const
      const { verdict } = tracePacket(world, { kind: 'host', hostId: hostIds[from] as HostId }, packet)
      if (verdict.kind === 'delivered') delivered += 1
    }
  }
  const firstMs = millisecondsOf(() => follow(meshSize, () => 0))
  delivered = 0
  const newMs = millisecondsOf(() => follow(packets, (at) => 1 + Math.floor(at / meshSize)))
  const againMs = millisecondsOf(() => follow(packets, () => 0))
  if (delivered !== 2 * packets) throw new Error(`${2 * packets - delivered} packets were lost`)
  return {
    bench: 'trace-packet',
    metrics: {
      first1000PacketsMs: firstMs,
      newPairsPerSecond: packets / (newMs / 1000),
      packetsPerSecond: packets / (againMs / 1000),
    },
  }
}

const addressOf = (n: number) => ipAddressFromBigInt(4, 0x0a000001n + BigInt(n))
