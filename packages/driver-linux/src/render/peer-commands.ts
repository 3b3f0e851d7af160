import type { HostChange, UdpEndpoint, WireguardPublicKey } from '@meshfold/core'
import type { ToolCommand } from '../host-tool.js'
import { ARGUMENT_BYTES_PER_PROCESS, PREFIXES_PER_ARGUMENT, WG_FINDS_NO_INTERFACE } from '../linux-pitfalls.js'

/** A change that creates or updates a peer. */
export type SetPeer = Extract<HostChange, { readonly kind: 'set-peer' }>

/** A change of one peer. */
export type PeerChange = Extract<HostChange, { readonly kind: 'set-peer' | 'remove-peer' }>

/**
 * For the kernel's WireGuard: peers in the given order, in as few processes as arguments allow. `wg set` works through its
 * peers one by one, so a prefix that moves between two of them moves as it would in two calls.
 */
export function wgChangePeers(name: string, changes: readonly PeerChange[]): readonly ToolCommand[] {
  const commands: ToolCommand[] = []
  let words: string[] = []
  let bytes = 0
  const flush = () => {
    if (words.length > 0) commands.push({ tool: 'wg', args: ['set', name, ...words] })
    words = []
    bytes = 0
  }
  for (const change of changes) {
    if (isTooLongForArguments(change)) {
      flush()
      commands.push(wgAddPeer(name, change))
      continue
    }
    const more = peerWords(change)
    const length = more.join(' ').length
    if (bytes + length > ARGUMENT_BYTES_PER_PROCESS) flush()
    words.push(...more)
    bytes += length
  }
  flush()
  return commands
}

/** For the kernel's WireGuard. A peer that is not there, or whose interface is not, is removed already. */
export function wgRemovePeer(name: string, publicKey: WireguardPublicKey): ToolCommand {
  const args = ['set', name, ...peerWords({ kind: 'remove-peer', publicKey })]
  return { tool: 'wg', args, tolerates: WG_FINDS_NO_INTERFACE }
}

/** Changes that write the endpoints which peers have already. */
export function sameEndpoints(
  peers: Iterable<{ readonly publicKey: WireguardPublicKey; readonly endpoint: UdpEndpoint | undefined }>,
): readonly SetPeer[] {
  return [...peers].flatMap(({ publicKey, endpoint }) =>
    endpoint === undefined ? [] : { kind: 'set-peer', publicKey, endpoint },
  )
}

/** Everything WireGuard knows about the interface, its private key included. */
export function wgShowDump(name: string): ToolCommand {
  return { tool: 'wg', args: ['show', name, 'dump'] }
}

/** Allowed IPs are given whole: `+` and `-` exist only in `wg` of 2025 and later. */
function peerWords(change: PeerChange): readonly string[] {
  const words: string[] = ['peer', change.publicKey]
  if (change.kind === 'remove-peer') return [...words, 'remove']
  const { allowedIps, endpoint, keepaliveSeconds } = change
  if (endpoint !== undefined) words.push('endpoint', endpoint)
  if (keepaliveSeconds !== undefined) words.push('persistent-keepalive', String(keepaliveSeconds))
  if (allowedIps !== undefined) words.push('allowed-ips', allowedIps.join(','))
  return words
}

function isTooLongForArguments(change: PeerChange): change is SetPeer {
  return change.kind === 'set-peer' && (change.allowedIps?.length ?? 0) > PREFIXES_PER_ARGUMENT
}

/**
 * One peer through stdin, with allowed IPs of any number. Only for peers that get allowed IPs: `addconf` takes them away from
 * one that is named without.
 */
function wgAddPeer(name: string, { publicKey, allowedIps = [], endpoint, keepaliveSeconds }: SetPeer): ToolCommand {
  const lines = ['[Peer]', `PublicKey = ${publicKey}`]
  if (endpoint !== undefined) lines.push(`Endpoint = ${endpoint}`)
  if (keepaliveSeconds !== undefined) lines.push(`PersistentKeepalive = ${keepaliveSeconds}`)
  lines.push(...allowedIps.map((prefix) => `AllowedIPs = ${prefix}`), '')
  return { tool: 'wg', args: ['addconf', name, '/dev/stdin'], stdin: lines.join('\n') }
}
