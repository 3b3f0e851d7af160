/** As `bypass-commands.ts`, in iptables' words: chains of our own in `mangle`, whose `OUTPUT` chooses the way again for what it marks. */
import type { IpFamily } from '@meshfold/core'
import { cameMarkText, markMaskText, maskedMarkText } from '../policy-numbers.js'
import { type BypassSwitch, bypassRuleMark, bypassSwitches } from './bypass-commands.js'
import { type FoundJump, jumpOf } from './iptables-text.js'
import { chainName, type EmptyChain, markChains, type OwnChainName } from './iptables-words.js'

/** The chain that stands for "it was off", among those of IPv4. */
export const switchWasOffChains: Readonly<Record<BypassSwitch, EmptyChain>> = {
  'net.ipv4.conf.all.src_valid_mark': 'svm_off',
  'net.ipv4.tcp_fwmark_accept': 'tfa_off',
}

const rulesOf = (own: string): readonly (readonly [chain: OwnChainName, rule: string])[] => {
  const setMark = `-j MARK --set-xmark ${maskedMarkText(own)}`
  const unmarked = `-m mark --mark 0x0/${markMaskText}`
  const came = cameMarkText(own)
  return [
    ['mark_in', '-i lo -j RETURN'],
    [
      'mark_in',
      `-i ${own} -m conntrack --ctdir ORIGINAL -m connmark --mark 0x0 -j CONNMARK --set-xmark ${came}/0xffffffff`,
    ],
    ['mark_in', `-i ${own} -j RETURN`],
    ['mark_in', `-m connmark --mark ${came} -j RETURN`],
    ['mark_in', `${unmarked} -m addrtype --dst-type LOCAL ${setMark}`],
    ['mark_in', `${unmarked} -m conntrack --ctdir REPLY ${setMark}`],
    ['mark_back', `-m connmark --mark ${came} -j RETURN`],
    ['mark_back', `-m conntrack --ctdir REPLY -m addrtype ! --src-type LOCAL --limit-iface-out ${setMark}`],
  ]
}

/** What the comments of its rules say, in order. */
export const iptablesMarkComments = (own: string): readonly string[] =>
  rulesOf(own).map((_, at, all) => bypassRuleMark(at, all.length))

/** What `iptables-restore` is to read. `jumps`: those that are there, to be made anew. */
export function iptablesMarksText(
  { own, family }: { readonly own: string; readonly family: IpFamily },
  { jumps, wereOff }: { readonly jumps: readonly FoundJump[]; readonly wereOff: readonly BypassSwitch[] },
): string {
  const comments = iptablesMarkComments(own)
  const remembered = family === 4 ? bypassSwitches.filter((each) => wereOff.includes(each)) : []
  return [
    '*mangle',
    ...markChains.map(({ name }) => `:${chainName(own, name)} - [0:0]`),
    ...remembered.map((each) => `:${chainName(own, switchWasOffChains[each])} - [0:0]`),
    ...jumps.map(({ rule }) => `-D ${rule}`),
    ...markChains.map((chain) => `-I ${jumpOf(own, chain)}`),
    ...rulesOf(own).map(
      ([chain, rule], at) => `-A ${chainName(own, chain)} -m comment --comment "${comments[at] ?? ''}" ${rule}`,
    ),
    'COMMIT',
    '',
  ].join('\n')
}
