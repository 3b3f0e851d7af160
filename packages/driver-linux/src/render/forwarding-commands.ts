import type { IpFamily } from '@meshfold/core'
import type { ToolCommand } from '../host-tool.js'
import { FORWARDING_CHANGES_MORE, NFT_FINDS_NO_TABLE } from '../linux-pitfalls.js'
import { tableName } from './firewall-text.js'

/** The kernel's switch for all interfaces of a family. */
export const forwardingKeys: Readonly<Record<IpFamily, string>> = {
  4: 'net.ipv4.ip_forward',
  6: 'net.ipv6.conf.all.forwarding',
}

/** Prints `key = 0` or `key = 1`, a line for each family that the kernel has. */
export const showForwarding: ToolCommand = { tool: 'sysctl', args: ['-e', forwardingKeys[4], forwardingKeys[6]] }

/** What the kernel changes of itself with the switch of a family, as `showForwarding` prints it; see `FORWARDING_CHANGES_MORE`. */
export function showTouchedByForwarding(family: IpFamily): ToolCommand {
  return { tool: 'sysctl', args: ['-e', '-a', '-r', touchedByForwarding[family]] }
}

const [redirects, ofInterface, advertisements] = FORWARDING_CHANGES_MORE

const touchedByForwarding: Readonly<Record<IpFamily, string>> = {
  4: `^net\\.ipv4\\.conf\\.all\\.${redirects}$`,
  6: `^net\\.ipv6\\.conf\\..*\\.(${ofInterface}|${advertisements})$`,
}

const isAdvertisements = (key: string): boolean => key.endsWith(`.${advertisements}`)

/** Settings in the order in which they leave everything as it was but the switch itself. `was`: what `showTouchedByForwarding` printed. */
export function switchForwarding(family: IpFamily, isOn: boolean, was: ReadonlyMap<string, string>): readonly string[] {
  const key = forwardingKeys[family]
  const others = [...was].filter(([each]) => each !== key)
  const passing = others.filter(([each, found]) => isOn && isAdvertisements(each) && found === '1')
  const back = others.filter(([each]) => !isAdvertisements(each))
  return [
    ...passing.map(([each]) => `${each}=2`),
    `${key}=${isOn ? 1 : 0}`,
    ...[...back, ...passing].map(([each, found]) => `${each}=${found}`),
  ]
}

/** Sets switches, in order; those of an interface that went away meanwhile are left out. */
export function setSwitches(settings: readonly string[]): ToolCommand {
  return { tool: 'sysctl', args: ['-e', '-q', '-w', ...settings] }
}

/** The chain that stands in our table for "it was off": it is there as long as the kernel's switches are as we set them. */
export const wasOffChain = (family: IpFamily): string => `ipv${family}_was_off`

/** Remembers that forwarding was off; again is nothing new. */
export function rememberOff(interfaceName: string, family: IpFamily): ToolCommand {
  return { tool: 'nft', args: ['add', 'chain', 'inet', tableName(interfaceName), wasOffChain(family)] }
}

/** Another table of ours remembers it from now on, and this one no more; at once. */
export const handOverOff = (interfaceName: string, heir: string, family: IpFamily): string =>
  [
    `add chain inet ${heir} ${wasOffChain(family)}`,
    `delete chain inet ${tableName(interfaceName)} ${wasOffChain(family)}`,
    '',
  ].join('\n')

/** Forgets it again. */
export function forgetOff(interfaceName: string, family: IpFamily): ToolCommand {
  const args = ['delete', 'chain', 'inet', tableName(interfaceName), wasOffChain(family)]
  return { tool: 'nft', args, tolerates: NFT_FINDS_NO_TABLE }
}
