import type { HostChange, UdpEndpoint, WireguardPublicKey } from '@meshfold/core'
import type { ToolCommand } from '../host-tool.js'
import { PEERS_PER_WG_SET, PREFIXES_PER_ARGUMENT, WG_FINDS_NO_INTERFACE } from '../linux-pitfalls.js'

/** A change that creates or updates a peer. */
export type SetPeer = Extract<HostChange, { readonly kind: 'set-peer' }>

/** For the kernel's WireGuard. Allowed IPs are given whole: `+` and `-` exist only in `wg` of 2025 and later. */
export function wgSetPeer(name: string, change: SetPeer): ToolCommand {
  const { publicKey, allowedIps, endpoint, keepaliveSeconds } = change
  if (allowedIps !== undefined && allowedIps.length > PREFIXES_PER_ARGUMENT) return wgAddPeer(name, change)
  const args = ['set', name, 'peer', publicKey]
  if (endpoint !== undefined) args.push('endpoint', endpoint)
  if (keepaliveSeconds !== undefined) args.push('persistent-keepalive', String(keepaliveSeconds))
  if (allowedIps !== undefined) args.push('allowed-ips', allowedIps.join(','))
  return { tool: 'wg', args }
}

/** The same through stdin, of any length. `addconf` replaces what the peer has of what is named and leaves the rest. */
function wgAddPeer(name: string, { publicKey, allowedIps = [], endpoint, keepaliveSeconds }: SetPeer): ToolCommand {
  const lines = ['[Peer]', `PublicKey = ${publicKey}`]
  if (endpoint !== undefined) lines.push(`Endpoint = ${endpoint}`)
  if (keepaliveSeconds !== undefined) lines.push(`PersistentKeepalive = ${keepaliveSeconds}`)
  lines.push(...allowedIps.map((prefix) => `AllowedIPs = ${prefix}`), '')
  return { tool: 'wg', args: ['addconf', name, '/dev/stdin'], stdin: lines.join('\n') }
}

/** For the kernel's WireGuard. Removing a peer that is not there succeeds. */
export function wgRemovePeer(name: string, publicKey: WireguardPublicKey): ToolCommand {
  return { tool: 'wg', args: ['set', name, 'peer', publicKey, 'remove'], tolerates: WG_FINDS_NO_INTERFACE }
}

/** Writes endpoints as they are, in as few calls as arguments allow. */
export function wgSetEndpoints(
  name: string,
  endpoints: readonly { readonly publicKey: WireguardPublicKey; readonly endpoint: UdpEndpoint }[],
): readonly ToolCommand[] {
  const commands: ToolCommand[] = []
  for (let start = 0; start < endpoints.length; start += PEERS_PER_WG_SET) {
    const peers = endpoints.slice(start, start + PEERS_PER_WG_SET)
    const args = peers.flatMap(({ publicKey, endpoint }) => ['peer', publicKey, 'endpoint', endpoint])
    commands.push({ tool: 'wg', args: ['set', name, ...args] })
  }
  return commands
}

/** Everything WireGuard knows about the interface, its private key included. */
export function wgShowDump(name: string): ToolCommand {
  return { tool: 'wg', args: ['show', name, 'dump'] }
}
