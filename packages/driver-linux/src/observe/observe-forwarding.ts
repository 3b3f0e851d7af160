import type { ForwardingState, IpFamily } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, run } from '../linux-host.js'
import { forwardingKeys, listNames, showForwarding, wasOffChain } from '../render/forwarding-commands.js'
import { families } from '../render/nft-words.js'

/** Whether each family is passed on, and by whose doing. */
export async function observeForwarding(
  host: LinuxHost,
  action: string,
): Outcome<ReadonlyMap<IpFamily, ForwardingState>> {
  if (!host.hasNft) return E.right(new Map())
  const shown = await run(host, showForwarding, action)
  if (E.isLeft(shown)) return shown
  const remembered = await familiesRemembered(host, action)
  if (E.isLeft(remembered)) return remembered
  const states = new Map<IpFamily, ForwardingState>()
  for (const family of families) {
    const value = readSwitches(shown.right).get(forwardingKeys[family])
    if (value === undefined) continue
    states.set(family, value === '0' ? 'off' : remembered.right.includes(family) ? 'switched-on' : 'on')
  }
  return E.right(states)
}

/** Families that the driver switched on. */
export async function familiesRemembered(host: LinuxHost, action: string): Outcome<readonly IpFamily[]> {
  const listed = await run(host, listNames(host.interfaceName), action)
  if (E.isLeft(listed)) return listed
  return E.right(families.filter((family) => listed.right.includes(`"${wasOffChain(family)}"`)))
}

/** `key = value` in each line. */
export const readSwitches = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const [key = '', value] = line.split(' = ')
      return value === undefined ? [] : [[key.trim(), value.trim()] as const]
    }),
  )
