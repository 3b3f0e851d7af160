import { encodeHex, wireguardKeyToHex } from '@meshfold/core'
import type { DeviceSettings } from './interface-commands.js'
import type { PeerChange } from './peer-commands.js'

/** For a userspace WireGuard: about the interface itself. The key is secret. */
export function uapiSetDevice({ privateKey, listenPort, mark }: DeviceSettings): readonly string[] {
  const lines: string[] = []
  if (privateKey !== undefined) lines.push(`private_key=${encodeHex(privateKey)}`)
  if (listenPort !== undefined) lines.push(`listen_port=${listenPort}`)
  if (mark !== undefined) lines.push(`fwmark=${mark}`)
  return lines
}

/**
 * For a userspace WireGuard: one peer. Allowed IPs are given whole: removing single ones exists only in versions of 2025 and
 * later.
 */
export function uapiChangePeer(change: PeerChange): readonly string[] {
  const lines = [`public_key=${wireguardKeyToHex(change.publicKey)}`]
  // Older versions create a peer before they remove it; not so with `update_only`.
  if (change.kind === 'remove-peer') return [...lines, 'update_only=true', 'remove=true']
  const { allowedIps, endpoint, keepaliveSeconds } = change
  if (endpoint !== undefined) lines.push(`endpoint=${endpoint}`)
  if (allowedIps !== undefined)
    lines.push('replace_allowed_ips=true', ...allowedIps.map((prefix) => `allowed_ip=${prefix}`))
  // Last, because a keepalive that starts sends at once: endpoint and allowed IPs are there by then.
  if (keepaliveSeconds !== undefined) lines.push(`persistent_keepalive_interval=${keepaliveSeconds}`)
  return lines
}

/** Writes endpoints as the socket gave them; a peer that went away meanwhile stays away. */
export function uapiSetEndpoints(
  peers: readonly { readonly publicKeyHex: string; readonly endpoint: string }[],
): readonly string[] {
  return peers.flatMap(({ publicKeyHex, endpoint }) => [
    `public_key=${publicKeyHex}`,
    'update_only=true',
    `endpoint=${endpoint}`,
  ])
}
