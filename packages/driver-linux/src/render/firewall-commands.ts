import type { ToolCommand } from '../host-tool.js'
import { NFT_FINDS_NO_TABLE } from '../linux-pitfalls.js'
import { tableName } from './firewall-text.js'

/** Everything in our table, or all but who is in its sets; nothing is printed when there is none. */
export function listFirewall(interfaceName: string, detail?: 'outline'): ToolCommand {
  const terse = detail === 'outline' ? ['-t'] : []
  const args = ['-j', ...terse, 'list', 'table', 'inet', tableName(interfaceName)]
  return { tool: 'nft', args, tolerates: NFT_FINDS_NO_TABLE }
}

/** Does everything that the text says, or nothing. */
export function transaction(text: string): ToolCommand {
  return { tool: 'nft', args: ['-f', '-'], stdin: text }
}

/** Takes our table away; fine when there is none. */
export function deleteFirewall(interfaceName: string): ToolCommand {
  return { tool: 'nft', args: ['delete', 'table', 'inet', tableName(interfaceName)], tolerates: NFT_FINDS_NO_TABLE }
}
