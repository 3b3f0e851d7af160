import type { IpFamily } from '@meshfold/core'
import type { ToolCommand } from '../host-tool.js'
import { NFT_FINDS_NO_TABLE } from '../linux-pitfalls.js'
import { tableName } from './firewall-text.js'

/** The kernel's switch for all interfaces of a family. */
export const forwardingKeys: Readonly<Record<IpFamily, string>> = {
  4: 'net.ipv4.ip_forward',
  6: 'net.ipv6.conf.all.forwarding',
}

/** Prints `key = 0` or `key = 1`, a line for each family that the kernel has. */
export const showForwarding: ToolCommand = { tool: 'sysctl', args: ['-e', forwardingKeys[4], forwardingKeys[6]] }

/** The switch of IPv6 of each interface, as `showForwarding` prints them. */
export const showForwardingOfInterfaces: ToolCommand = {
  tool: 'sysctl',
  args: ['-e', '-a', '-r', '^net\\.ipv6\\.conf\\..*\\.forwarding$'],
}

/** Sets switches, in order. */
export function setSwitches(settings: readonly string[]): ToolCommand {
  return { tool: 'sysctl', args: ['-q', '-w', ...settings] }
}

/** The chain that stands in our table for "it was off": it is there as long as the kernel's switches are as we set them. */
export const wasOffChain = (family: IpFamily): string => `ipv${family}_was_off`

/** Remembers that forwarding was off; again is nothing new. */
export function rememberOff(interfaceName: string, family: IpFamily): ToolCommand {
  return { tool: 'nft', args: ['add', 'chain', 'inet', tableName(interfaceName), wasOffChain(family)] }
}

/** Forgets it again. */
export function forgetOff(interfaceName: string, family: IpFamily): ToolCommand {
  const args = ['delete', 'chain', 'inet', tableName(interfaceName), wasOffChain(family)]
  return { tool: 'nft', args, tolerates: NFT_FINDS_NO_TABLE }
}
