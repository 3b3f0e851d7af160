import { setTimeout as sleep } from 'node:timers/promises'
import type { HostChange } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { toolFailure, toolRefusal } from '../host-tool.js'
import { type LinuxHost, type Outcome, refuse, run, runAll, runAndRead } from '../linux-host.js'
import { KERNEL_LACKS_WIREGUARD, NO_SUCH_LINK, WIREGUARD_GO_ENDED } from '../linux-pitfalls.js'
import { isMarkedOurs } from '../observe/marks.js'
import { findRenamed, observeDevice } from '../observe/observe-link.js'
import { type IpLinkEntry, parseIpAddr } from '../observe/parse-ip-json.js'
import { loadFittingPrivateKey } from '../private-key.js'
import { showAddresses } from '../render/address-commands.js'
import { addKernelLink, deleteLink, markOwnLink } from '../render/interface-commands.js'
import { findOwnLink } from './find-link.js'
import { setDevice } from './set-device.js'

const CREATE = 'create-interface'
const REMOVE = 'remove-interface'
const SOCKET_POLL_MS = 10
const SOCKET_GONE_WITHIN_MS = 3_000

/** Makes the interface, or finishes one that was begun: whatever of it is there already is kept. */
export async function createInterface(
  host: LinuxHost,
  change: Extract<HostChange, { readonly kind: 'create-interface' }>,
): Outcome {
  // Asked first: without the key nothing may be left behind.
  const privateKey = await loadFittingPrivateKey(host.privateKey, change.publicKey, CREATE)
  if (E.isLeft(privateKey)) return privateKey
  const link = await findOwnLink(host, CREATE)
  if (E.isLeft(link)) return link
  const made = link.right === undefined ? await addLink(host) : await keepLink(host, link.right)
  if (E.isLeft(made)) return made
  const marked = await runAll(host, markOwnLink(host.interfaceName), CREATE)
  if (E.isLeft(marked)) {
    const hasEnded = made.right === 'by wireguard-go' && NO_SUCH_LINK.test(marked.left.reason)
    return hasEnded ? refuse(CREATE, WIREGUARD_GO_ENDED) : marked
  }
  host.seenKey.current = change.publicKey
  return setDevice(host, { privateKey: privateKey.right, listenPort: change.listenPort }, CREATE)
}

/** Finishes an interface that has no key yet: whoever made it may have died before the mark, or before what comes with it. */
export async function markBegun(host: LinuxHost, action: string): Outcome {
  const link = await findOwnLink(host, action)
  if (E.isLeft(link) || link.right === undefined) return E.map(() => undefined)(link)
  const found = await observeDevice(host, link.right, action)
  if (E.isLeft(found)) return found
  const isBegun = found.right.device.publicKey === undefined
  return isBegun ? runAll(host, markOwnLink(host.interfaceName), action) : E.right(undefined)
}

/** Removes the interface and waits until its process and socket are gone too. */
export async function removeInterface(host: LinuxHost): Outcome {
  const link = await findOwnLink(host, REMOVE)
  if (E.isLeft(link)) return link
  if (link.right === undefined) {
    const away = await removeRenamed(host, REMOVE)
    return E.isLeft(away) ? away : removeStaleSocket(host)
  }
  // With our mark on it, it goes even when its process doesn't answer any more.
  const found = isMarkedOurs(link.right) ? link : await observeDevice(host, link.right, REMOVE)
  if (E.isLeft(found)) return found
  const deleted = await run(host, deleteLink(host.interfaceName), REMOVE)
  if (E.isLeft(deleted)) return deleted
  // Nothing is left that changes would come for.
  await host.runner.close?.()
  return socketGone(host)
}

/**
 * Takes the own interface away that somebody gave another name: everything on it goes with it, as from one that was deleted. Giving it its
 * name back would keep more, and older kernels do that only while it is down, which takes as much.
 */
async function removeRenamed(host: LinuxHost, action: string): Outcome {
  const links = await runAndRead(host, showAddresses, action, parseIpAddr)
  if (E.isLeft(links)) return links
  const renamed = await findRenamed(host, links.right, action)
  if (E.isLeft(renamed) || renamed.right === undefined) return E.map(() => undefined)(renamed)
  const deleted = await run(host, deleteLink(renamed.right.ifname), action)
  return E.isLeft(deleted) ? deleted : socketGone(host)
}

/** Who made the link, and when. */
type Made = 'before' | 'by the kernel' | 'by wireguard-go'

/** A link that is there already: an error where it is none of ours. */
async function keepLink(host: LinuxHost, link: IpLinkEntry): Outcome<Made> {
  return E.map((): Made => 'before')(await observeDevice(host, link, CREATE))
}

async function addLink(host: LinuxHost): Outcome<Made> {
  const away = await removeRenamed(host, CREATE)
  if (E.isLeft(away)) return away
  const free = await socketFree(host)
  if (E.isLeft(free)) return free
  if (host.choice === 'userspace') return startUserspace(host)
  const { tool, args } = addKernelLink(host.interfaceName)
  const added = await host.runner({ file: tool, args })
  if (E.isLeft(added)) return E.left(toolFailure(tool, added.left, CREATE))
  if (added.right.exitCode === 0) return requireWg(host)
  const isMissing = KERNEL_LACKS_WIREGUARD.test(added.right.stderr)
  if (isMissing && host.choice === 'automatic') return startUserspace(host)
  return E.left(toolRefusal(added.right, CREATE, undefined))
}

/** The kernel's WireGuard can only be spoken to through `wg`; without it the new link would be of no use. */
async function requireWg(host: LinuxHost): Outcome<Made> {
  const version = await run(host, { tool: 'wg', args: ['--version'] }, CREATE)
  if (E.isLeft(version)) await run(host, deleteLink(host.interfaceName), CREATE)
  return E.map((): Made => 'by the kernel')(version)
}

async function startUserspace(host: LinuxHost): Outcome<Made> {
  const started = await host.runner({ file: host.wireguardGo, args: [host.interfaceName], staysBehind: true })
  if (E.isLeft(started)) return E.left(toolFailure('wireguard-go', started.left, CREATE))
  if (started.right.exitCode === 0) return E.right('by wireguard-go')
  return E.left(toolRefusal({ ...started.right, stderr: withoutBanner(started.right.stderr) }, CREATE, undefined))
}

/**
 * Makes sure that a socket of our name is ours: one that nobody listens on would be taken for a userspace interface. Without a
 * link a listener can only be of another network namespace that shares the folder.
 */
async function socketFree(host: LinuxHost): Outcome {
  const listener = await host.socket.get()
  if (E.isLeft(listener)) return listener
  if (listener.right !== undefined) return refuse(CREATE, `another WireGuard already listens on ${host.socket.path}`)
  return host.socket.remove(CREATE)
}

/** Without a link a listener is of another namespace and not ours to disturb; a socket without listener is a remnant. */
async function removeStaleSocket(host: LinuxHost): Outcome {
  const listener = await host.socket.get()
  return E.isRight(listener) && listener.right === undefined ? host.socket.remove(REMOVE) : E.right(undefined)
}

/** wireguard-go closes its socket a moment after its link went; what a killed one left is removed here. */
async function socketGone(host: LinuxHost): Outcome {
  for (let waitedMs = 0; waitedMs < SOCKET_GONE_WITHIN_MS; waitedMs += SOCKET_POLL_MS) {
    // An error is no end: a process that is about to end breaks off its answer.
    const listener = await host.socket.get()
    if (E.isRight(listener) && listener.right === undefined) return host.socket.remove(REMOVE)
    await sleep(SOCKET_POLL_MS)
  }
  return refuse(REMOVE, `the process behind ${host.socket.path} goes on without its interface`)
}

/** wireguard-go begins with a box of advice; what went wrong comes after it. */
function withoutBanner(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => !/^[┌│└]/.test(line))
  return lines.join('\n')
}
