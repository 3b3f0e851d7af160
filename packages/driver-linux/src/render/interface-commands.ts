import { encodeBase64 } from '@meshfold/core'
import type { ToolCommand } from '../host-tool.js'
import { ALREADY_GONE, aliasOf, KERNEL_LACKS_IPV6, NO_LINK_LOCAL } from '../linux-pitfalls.js'

/** Makes an interface of the kernel's WireGuard, down and without a key. */
export function addKernelLink(name: string): ToolCommand {
  return { tool: 'ip', args: ['link', 'add', 'dev', name, 'type', 'wireguard'] }
}

/** Marks the interface as ours and keeps the kernel from giving it an address of its own. */
export function markOwnLink(name: string): readonly ToolCommand[] {
  return [
    { tool: 'ip', args: ['link', 'set', 'dev', name, 'alias', aliasOf(name)] },
    { tool: 'ip', args: ['link', 'set', 'dev', name, ...NO_LINK_LOCAL], tolerates: KERNEL_LACKS_IPV6 },
  ]
}

/** Removes the interface with everything on it. */
export function deleteLink(name: string): ToolCommand {
  return { tool: 'ip', args: ['link', 'del', 'dev', name], tolerates: ALREADY_GONE }
}

/**
 * Sets the MTU. Below 1280 bytes (RFC 8200 §5) the kernel takes all IPv6 addresses off the interface, and they come back only by
 * adding them again, which the next plan does.
 */
export function setMtu(name: string, mtuBytes: number): ToolCommand {
  return { tool: 'ip', args: ['link', 'set', 'dev', name, 'mtu', String(mtuBytes)] }
}

/** Brings the interface up. */
export function bringUp(name: string): ToolCommand {
  return { tool: 'ip', args: ['link', 'set', 'dev', name, 'up'] }
}

/** What WireGuard is told about the interface itself; what is left out stays. */
export interface DeviceSettings {
  readonly privateKey?: Uint8Array
  readonly listenPort?: number
  /** On the packets that its own socket sends; 0: none. */
  readonly mark?: number
}

/** For the kernel's WireGuard. The key goes through stdin: arguments can be read by every user of the host. */
export function wgSetDevice(name: string, { privateKey, listenPort, mark }: DeviceSettings): ToolCommand {
  const args = ['set', name]
  if (listenPort !== undefined) args.push('listen-port', String(listenPort))
  if (mark !== undefined) args.push('fwmark', String(mark))
  if (privateKey === undefined) return { tool: 'wg', args }
  return { tool: 'wg', args: [...args, 'private-key', '/dev/stdin'], stdin: encodeBase64(privateKey, 'standard') }
}
