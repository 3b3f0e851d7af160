import type { ObservedFirewall } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, orUnreadable, run } from '../linux-host.js'
import { listFirewall } from '../render/firewall-commands.js'
import { parseFirewall } from './parse-nft-json.js'

/** `undefined`: there is none of ours, or no nft that could have made one. */
export async function observeFirewall(host: LinuxHost, action: string): Outcome<ObservedFirewall | undefined> {
  if (!host.hasNft) return E.right(undefined)
  const listed = await run(host, listFirewall(host.interfaceName), action)
  if (E.isLeft(listed)) return listed
  return listed.right.trim() === '' ? E.right(undefined) : orUnreadable(parseFirewall(listed.right), action)
}
