import type { IpAddress } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, runAll } from '../linux-host.js'
import { addAddress, deleteAddress } from '../render/address-commands.js'
import { findOwnLink } from './find-link.js'

/** Puts an own address on the interface; again is nothing new. */
export function executeAddAddress(host: LinuxHost, address: IpAddress): Outcome {
  return runAll(host, [addAddress(host.interfaceName, address)], 'add-address')
}

/** Takes an address off the interface, with whatever prefix lengths somebody put it there. */
export async function executeRemoveAddress(host: LinuxHost, address: IpAddress): Outcome {
  const link = await findOwnLink(host, 'remove-address')
  if (E.isLeft(link)) return link
  const entries = link.right?.addr_info.filter(({ local }) => local === address) ?? []
  const commands = entries.map(({ prefixlen }) => deleteAddress(host.interfaceName, address, prefixlen))
  return runAll(host, commands, 'remove-address')
}
