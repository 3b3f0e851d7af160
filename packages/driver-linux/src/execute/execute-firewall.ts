import type { HostChange } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, run, runAll } from '../linux-host.js'
import { familiesRemembered } from '../observe/observe-forwarding.js'
import { deleteFirewall, transaction } from '../render/firewall-commands.js'
import { firewallText, setAnewText, setChangeText } from '../render/firewall-text.js'
import { wasOffChain } from '../render/forwarding-commands.js'

type FirewallChange<K extends HostChange['kind']> = Extract<HostChange, { kind: K }>

/** The whole table at once, with what it remembers. */
export async function executeSetFirewall(host: LinuxHost, { kind, firewall }: FirewallChange<'set-firewall'>): Outcome {
  const remembered = await familiesRemembered(host, kind)
  if (E.isLeft(remembered)) return remembered
  const text = firewallText(host.interfaceName, firewall, remembered.right.map(wasOffChain))
  return runAll(host, [transaction(text)], kind)
}

/** By what comes and goes; the whole set where that doesn't fit, because somebody changed it or it was done before. */
export async function executeChangeFirewallSet(
  host: LinuxHost,
  change: FirewallChange<'change-firewall-set'>,
): Outcome {
  const { interfaceName } = host
  const short = await run(host, transaction(setChangeText(interfaceName, change.set, change)), change.kind)
  if (E.isRight(short)) return E.right(undefined)
  return runAll(host, [transaction(setAnewText(interfaceName, change.set, change.members))], change.kind)
}

export const executeRemoveFirewall = (host: LinuxHost): Outcome =>
  host.hasNft
    ? runAll(host, [deleteFirewall(host.interfaceName)], 'remove-firewall')
    : Promise.resolve(E.right(undefined))
