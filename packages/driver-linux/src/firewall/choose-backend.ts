/** Looks at what the host filters packets with, and takes the same. */
import * as E from 'fp-ts/lib/Either.js'
import type { FirewallChoice } from '../linux-driver-options.js'
import type { BareHost } from '../linux-host.js'
import { parseIptablesSave } from '../observe/parse-iptables-save.js'
import type { IptablesPrograms } from '../render/iptables-commands.js'
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
  if (withNft !== undefined && (choice === 'nftables' || (await isOursIn(withNft.backend)))) return withNft
  const programs = choice === 'nftables' ? undefined : await findIptables(host)
  if (programs === undefined) return withNft ?? { kind: 'none' }
  if (withNft !== undefined && !(await isInUse(host, programs))) return withNft
  return { kind: 'iptables', backend: iptablesBackend(host, programs), marks: iptablesMarks(host, programs) }
}

async function isOursIn(backend: FirewallBackend): Promise<boolean> {
  const found = await backend.find('open', 'outline')
  return E.isRight(found) && found.right !== undefined
}

/** Rules of ours, or of anybody in tables that nft doesn't show. */
async function isInUse(host: BareHost, programs: IptablesPrograms): Promise<boolean> {
  const text = await output(host, `iptables${programs.infix}-save`, [])
  if (text === undefined) return false
  if (parseIptablesSave(text, host.interfaceName).chains.length > 0) return true
  return programs.kind === 'legacy' && /^-A |^:\S+ DROP /m.test(text)
}

/** The old kind first, where rules are in it; `undefined`: there is no iptables, or no ipset for it. */
async function findIptables(host: BareHost): Promise<IptablesPrograms | undefined> {
  if ((await output(host, 'ipset', ['list', '-n'])) === undefined) return undefined
  const legacy = { kind: 'legacy', infix: '-legacy' } as const
  const version = await output(host, 'iptables', ['-V'])
  const plain =
    version === undefined ? undefined : ({ kind: version.includes('nf_tables') ? 'nft' : 'legacy', infix: '' } as const)
  if (plain?.kind === 'legacy') return plain
  const hasLegacy = (await output(host, 'iptables-legacy-save', [])) !== undefined
  return hasLegacy && (plain === undefined || (await isInUse(host, legacy))) ? legacy : plain
}

/** `undefined`: there is no such program, or it may not be asked. */
async function output({ runner }: BareHost, file: string, args: readonly string[]): Promise<string | undefined> {
  const ended = await runner({ file, args })
  return E.isRight(ended) && ended.right.exitCode === 0 ? ended.right.stdout : undefined
}
