import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, runAndRead } from '../linux-host.js'
import { type IpLinkEntry, parseIpAddr } from '../observe/parse-ip-json.js'
import { showAddressesOf } from '../render/address-commands.js'

/** The own link with its addresses; `undefined` when there is none. */
export async function findOwnLink(host: LinuxHost, action: string): Outcome<IpLinkEntry | undefined> {
  const links = await runAndRead(host, showAddressesOf(host.interfaceName), action, parseIpAddr)
  return E.isLeft(links) ? links : E.right(links.right.find(({ ifname }) => ifname === host.interfaceName))
}
