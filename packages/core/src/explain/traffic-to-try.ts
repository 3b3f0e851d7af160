/** Which packets tell whether a change matters: those that policies are about. */
import { largeMapGet, largeMapKeys } from '../mesh/large-map.js'
import type { MeshState, Traffic } from '../mesh/mesh-state.js'
import type { PacketTraffic } from '../policy/index.js'
import type { NetworkId } from '../values/index.js'

/** More make the look longer, and the answer no clearer. */
const mostTraffic = 12

const always: readonly PacketTraffic[] = [{ protocol: 'icmp' }, { protocol: 'tcp', port: 443 }]

/** ICMP, TCP to 443, and the first port of what the network's policies name: those that differ between the states first. */
export const trafficToTry = (before: MeshState, after: MeshState, networkId: NetworkId): readonly PacketTraffic[] => {
  const [was, is] = [trafficOf(before, networkId), trafficOf(after, networkId)]
  const texts = new Set<string>()
  for (const text of [...always.map((each) => JSON.stringify(each)), ...onlyIn(is, was), ...onlyIn(was, is), ...was])
    if (texts.size < mostTraffic) texts.add(text)
  return [...texts].map((text) => JSON.parse(text) as PacketTraffic)
}

const onlyIn = (some: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] =>
  [...some].filter((text) => !others.has(text))

const trafficOf = (state: MeshState, networkId: NetworkId): ReadonlySet<string> => {
  const network = largeMapGet(state.networks, networkId)
  const texts = new Set<string>()
  for (const policyId of network === undefined ? [] : largeMapKeys(network.policyIds))
    for (const entry of largeMapGet(state.policies, policyId)?.traffic ?? [])
      for (const each of packetsOf(entry)) texts.add(JSON.stringify(each))
  return texts
}

const packetsOf = (entry: Traffic): readonly PacketTraffic[] =>
  'ports' in entry ? entry.ports.map(({ first }) => ({ protocol: entry.protocol, port: first })) : []
