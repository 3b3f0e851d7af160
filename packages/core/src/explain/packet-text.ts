import type { PacketTraffic } from '../policy/index.js'

/** What a packet carries, in words, such as `TCP 443`. */
export const packetText = (traffic: PacketTraffic): string => {
  if ('port' in traffic) return `${traffic.protocol.toUpperCase()} ${traffic.port}`
  return traffic.protocol === 'icmp' ? 'ICMP' : 'other traffic'
}
