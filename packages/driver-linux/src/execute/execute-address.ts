import { type IpAddress, isIpv6Address } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, runAll } from '../linux-host.js'
import { IPV6_SWITCHED_OFF } from '../linux-pitfalls.js'
import { addAddress, deleteAddress, enableIpv6 } from '../render/address-commands.js'
import { findOwnLink } from './find-link.js'

const ADD = 'add-address'
const REMOVE = 'remove-address'

/** Puts an own address on the interface; again is nothing new. */
export async function executeAddAddress(host: LinuxHost, address: IpAddress): Outcome {
  const command = addAddress(host.interfaceName, address)
  const added = await runAll(host, [command], ADD)
  if (E.isRight(added) || !isIpv6Address(address) || !IPV6_SWITCHED_OFF.test(added.left.reason)) return added
  const enabled = await runAll(host, [enableIpv6(host.interfaceName)], ADD)
  return E.isLeft(enabled) ? added : runAll(host, [command], ADD)
}

/** Takes an address off the interface, with whatever prefix lengths somebody put it there. */
export async function executeRemoveAddress(host: LinuxHost, address: IpAddress): Outcome {
  const link = await findOwnLink(host, REMOVE)
  if (E.isLeft(link)) return link
  const entries = link.right?.addr_info.filter(({ local }) => local === address) ?? []
  const commands = entries.map(({ prefixlen }) => deleteAddress(host.interfaceName, address, prefixlen))
  return runAll(host, commands, REMOVE)
}
