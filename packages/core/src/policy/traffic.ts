import type { Traffic } from '../mesh/mesh-state.js'

/** What a packet carries, as far as policies look. `other`: any protocol that policies have no word for. */
export type PacketTraffic =
  | { readonly protocol: 'tcp' | 'udp'; readonly port: number }
  | { readonly protocol: 'icmp' | 'other' }

/** Whether any of a policy's entries covers it. */
export const trafficCovers = (entries: readonly Traffic[], packet: PacketTraffic): boolean =>
  entries.some((entry) => entryCovers(entry, packet))

const entryCovers = (entry: Traffic, packet: PacketTraffic): boolean => {
  if (entry.protocol === 'any') return true
  if (entry.protocol !== packet.protocol) return false
  if (!('ports' in entry) || !('port' in packet) || entry.ports.length === 0) return true
  return entry.ports.some(({ first, last }) => packet.port >= first && packet.port <= last)
}
