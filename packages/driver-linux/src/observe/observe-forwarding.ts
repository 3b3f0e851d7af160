import type { ForwardingState, IpFamily } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, run } from '../linux-host.js'
import { forwardingKeys, showForwarding } from '../render/forwarding-commands.js'
import { families } from '../render/nft-words.js'

/** Whether each family is passed on, and by whose doing: `wasOff` has those that the driver switched on. */
export async function observeForwarding(
  host: LinuxHost,
  wasOff: readonly IpFamily[],
  action: string,
): Outcome<ReadonlyMap<IpFamily, ForwardingState>> {
  if (host.firewall === undefined) return E.right(new Map())
  const shown = await run(host, showForwarding, action)
  if (E.isLeft(shown)) return shown
  const switches = readSwitches(shown.right)
  const states = new Map<IpFamily, ForwardingState>()
  for (const family of families) {
    const value = switches.get(forwardingKeys[family])
    if (value === undefined) continue
    states.set(family, value === '0' ? 'off' : wasOff.includes(family) ? 'switched-on' : 'on')
  }
  return E.right(states)
}

/** `key = value` in each line. */
export const readSwitches = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const [key = '', value] = line.split(' = ')
      return value === undefined ? [] : [[key.trim(), value.trim()] as const]
    }),
  )
