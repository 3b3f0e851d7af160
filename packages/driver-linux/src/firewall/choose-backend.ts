/** Looks at what the host filters packets with, and takes the same. */
import * as E from 'fp-ts/lib/Either.js'
import type { FirewallChoice } from '../linux-driver-options.js'
import type { BareHost } from '../linux-host.js'
import { hasOwnChains } from '../observe/parse-iptables-save.js'
import { type IptablesPrograms, listSets, saveTables } from '../render/iptables-commands.js'
import { ipsetPrefix } from '../render/iptables-words.js'
import { families } from '../render/nft-words.js'
import type { FirewallBackend } from './firewall-backend.js'
import { iptablesBackend } from './iptables-backend.js'
import { iptablesMarks } from './iptables-marks.js'
import type { MarkBackend } from './mark-backend.js'
import { nftBackend } from './nft-backend.js'
import { nftMarks } from './nft-marks.js'

/** What was found, and which capabilities come with it. */
export type ChosenFirewall =
  | { readonly kind: 'nftables' | 'iptables'; readonly backend: FirewallBackend; readonly marks: MarkBackend }
  | { readonly kind: 'none' }

/**
 * Where ours stands already, it stays. Otherwise: the kernel's old tables where somebody has rules in them, nftables where there is nft,
 * whichever iptables there is at last.
 */
export async function chooseFirewall(host: BareHost, choice: FirewallChoice): Promise<ChosenFirewall> {
  const nft = host.hasNft && choice !== 'iptables' ? nftBackend(host) : undefined
  const withNft = nft && ({ kind: 'nftables', backend: nft, marks: nftMarks(host) } as const)
  if (withNft !== undefined && (choice === 'nftables' || (await isOursIn(withNft)))) return withNft
  const sets = choice === 'nftables' ? undefined : await output(host, listSets)
  const programs = sets === undefined ? undefined : await findIptables(host)
  if (sets === undefined || programs === undefined) return withNft ?? { kind: 'none' }
  const hasOwnSets = sets.split('\n').some((name) => name.startsWith(ipsetPrefix(host.interfaceName)))
  if (withNft !== undefined && !hasOwnSets && !(await isInUse(host, programs))) return withNft
  return { kind: 'iptables', backend: iptablesBackend(host, programs), marks: iptablesMarks(host, programs) }
}

/** A filter, or what marks packets: a crash may have left one alone. */
async function isOursIn({ backend, marks }: Exclude<ChosenFirewall, { kind: 'none' }>): Promise<boolean> {
  const filter = await backend.find('open', 'outline')
  if (E.isRight(filter) && filter.right !== undefined) return true
  const marking = await marks.find('open')
  return E.isRight(marking) && marking.right !== undefined
}

/** Chains of ours in either family, or rules of anybody in tables that nft doesn't show. */
async function isInUse(host: BareHost, programs: IptablesPrograms): Promise<boolean> {
  for (const family of families) {
    const text = await output(host, saveTables(programs, family))
    if (text === undefined) continue
    if (hasOwnChains(text, host.interfaceName)) return true
    if (family === 4 && programs.kind === 'legacy' && /^-A |^:\S+ DROP /m.test(text)) return true
  }
  return false
}

/** The old kind first, where rules are in it; `undefined`: there is no iptables. */
async function findIptables(host: BareHost): Promise<IptablesPrograms | undefined> {
  const legacy = { kind: 'legacy', infix: '-legacy' } as const
  const version = await output(host, { tool: 'iptables', args: ['-V'] })
  const plain =
    version === undefined ? undefined : ({ kind: version.includes('nf_tables') ? 'nft' : 'legacy', infix: '' } as const)
  if (plain?.kind === 'legacy') return plain
  const hasLegacy = (await output(host, saveTables(legacy, 4))) !== undefined
  return hasLegacy && (plain === undefined || (await isInUse(host, legacy))) ? legacy : plain
}

/** `undefined`: there is no such program, or it may not be asked. */
async function output(
  { runner }: BareHost,
  { tool, args }: { readonly tool: string; readonly args: readonly string[] },
): Promise<string | undefined> {
  const ended = await runner({ file: tool, args })
  return E.isRight(ended) && ended.right.exitCode === 0 ? ended.right.stdout : undefined
}
