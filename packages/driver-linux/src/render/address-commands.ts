import { hostPrefix, type IpAddress, isIpv6Address } from '@meshfold/core'
import type { ToolCommand } from '../host-tool.js'
import { ALREADY_GONE, NO_SUCH_LINK } from '../linux-pitfalls.js'

/**
 * Puts an address on the interface alone, `/32` or `/128`: a wider prefix would bring a route of the kernel's own. `nodad`:
 * nobody else is on a tunnel, and waiting for them costs more than a second.
 */
export function addAddress(name: string, address: IpAddress): ToolCommand {
  const family = familyFlag(address)
  const dad = isIpv6Address(address) ? ['nodad'] : []
  return { tool: 'ip', args: [family, 'addr', 'replace', hostPrefix(address), 'dev', name, ...dad] }
}

/** Allows IPv6 on our interface, whatever the host says about others. Slashes, because a name may have dots in it. */
export function enableIpv6(name: string): ToolCommand {
  return { tool: 'sysctl', args: ['-q', '-w', `net/ipv6/conf/${name}/disable_ipv6=0`] }
}

/** Removes an address with the prefix length it was found with. */
export function deleteAddress(name: string, address: IpAddress, prefixLength: number): ToolCommand {
  const args = [familyFlag(address), 'addr', 'del', `${address}/${prefixLength}`, 'dev', name]
  return { tool: 'ip', args, tolerates: ALREADY_GONE }
}

/** All interfaces with kind, flags, MTU and addresses. */
export const showAddresses: ToolCommand = { tool: 'ip', args: ['-N', '-j', '-d', 'addr', 'show'] }

/** The same of one interface; nothing when there is none. */
export function showAddressesOf(name: string): ToolCommand {
  const args = ['-N', '-j', '-d', 'addr', 'show', 'dev', name]
  return { tool: 'ip', args, tolerates: NO_SUCH_LINK }
}

function familyFlag(address: IpAddress): '-4' | '-6' {
  return isIpv6Address(address) ? '-6' : '-4'
}
