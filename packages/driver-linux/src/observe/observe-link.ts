import type { ObservedInterface, WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, orUnreadable, refuse, run } from '../linux-host.js'
import { loadPrivateKey, publicKeyOf } from '../private-key.js'
import { wgShowDump } from '../render/peer-commands.js'
import { isMarkedOurs, isMarkedRenamed } from './marks.js'
import type { IpLinkEntry } from './parse-ip-json.js'
import { parseUapiGet } from './parse-uapi-get.js'
import { parseWgDump } from './parse-wg-dump.js'
import type { WireguardDevice } from './wireguard-device.js'

/** The own interface as WireGuard sees it. */
export interface FoundDevice {
  readonly implementation: ObservedInterface['implementation']
  readonly device: WireguardDevice
}

/**
 * Asks the WireGuard behind a link that bears our interface's name. An error when it is no WireGuard, or another
 * program's: this driver changes nothing that it didn't make.
 */
export async function observeDevice(host: LinuxHost, link: IpLinkEntry, action: string): Outcome<FoundDevice> {
  const found = await readDevice(host, link, action)
  if (E.isLeft(found)) return found
  const isOurs = isMarkedOurs(link) || (await looksOurs(host, found.right.device))
  if (isOurs) return found
  return refuse(action, `${link.ifname} is another program's tunnel: choose another interface name, or remove it`)
}

/**
 * The own interface where somebody gave it another name: with the mark of ours, and a key of this host. Its routes go on under that name,
 * and what is said of it by its own name, as in packet filters, does not.
 */
export async function findRenamed(
  host: LinuxHost,
  links: readonly IpLinkEntry[],
  action: string,
): Outcome<IpLinkEntry | undefined> {
  for (const link of links.filter((each) => isMarkedRenamed(each, host.interfaceName))) {
    const found = await askDevice(host, implementationOf(link), action, link.ifname)
    if (E.isLeft(found)) return found
    if (found.right !== undefined && (await looksOurs(host, found.right))) return E.right(link)
  }
  return E.right(undefined)
}

const implementationOf = (link: IpLinkEntry): FoundDevice['implementation'] =>
  link.linkinfo?.info_kind === 'wireguard' ? 'kernel' : 'userspace'

async function readDevice(host: LinuxHost, link: IpLinkEntry, action: string): Outcome<FoundDevice> {
  const implementation = implementationOf(link)
  const device = await askDevice(host, implementation, action)
  if (E.isLeft(device)) return device
  if (device.right === undefined) {
    return refuse(action, `${link.ifname} is no WireGuard interface: choose another interface name, or remove it`)
  }
  return E.right({ implementation, device: device.right })
}

/**
 * What WireGuard says of itself: wireguard-go by its socket, without a process, which keeps the name that it was started with; `undefined`:
 * there is no such socket.
 */
export async function askDevice(
  host: LinuxHost,
  implementation: FoundDevice['implementation'],
  action: string,
  linkName: string = host.interfaceName,
): Outcome<WireguardDevice | undefined> {
  if (implementation === 'kernel') {
    const dump = await run(host, wgShowDump(linkName), action)
    return E.isLeft(dump) ? dump : orUnreadable(parseWgDump(dump.right, host.parsers), action)
  }
  const lines = await host.socket.get()
  if (E.isLeft(lines)) return lines
  return lines.right === undefined ? E.right(undefined) : orUnreadable(parseUapiGet(lines.right, host.parsers), action)
}

/**
 * Without our mark it is still ours when a crash came before the mark (nothing was set then), or when it has our key.
 */
async function looksOurs(host: LinuxHost, device: WireguardDevice): Promise<boolean> {
  if (device.publicKey === undefined) return device.peers.size === 0
  return device.publicKey === (await heldPublicKey(host, device.publicKey))
}

async function heldPublicKey(host: LinuxHost, wanted: WireguardPublicKey): Promise<WireguardPublicKey | undefined> {
  const key = await loadPrivateKey(host.privateKey, wanted, 'observe')
  return E.isRight(key) ? publicKeyOf(key.right) : undefined
}
