import type { WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, orUnreadable, refuse, run, runAll } from '../linux-host.js'
import { OWN_KEY_AS_PEER } from '../linux-pitfalls.js'
import { endpointsInUapiGet } from '../observe/parse-uapi-get.js'
import { parseWgDump } from '../observe/parse-wg-dump.js'
import { type SetPeer, wgRemovePeer, wgSetEndpoints, wgSetPeer, wgShowDump } from '../render/peer-commands.js'
import { uapiRemovePeer, uapiSetEndpoints, uapiSetPeer } from '../render/uapi-lines.js'
import { writeToSocket } from './set-device.js'

const REFRESH = 'refresh-underlay'

/** Creates or updates one peer: one exchange on a userspace interface, one process on a kernel one. */
export async function executeSetPeer(host: LinuxHost, change: SetPeer): Outcome {
  if (change.publicKey === host.seenKey.current) return refuse(change.kind, OWN_KEY_AS_PEER)
  if (host.socket.isPresent()) return writeToSocket(host, uapiSetPeer(change), change.kind)
  return runAll(host, [wgSetPeer(host.interfaceName, change)], change.kind)
}

/** Removes one peer; one that is not there, or whose interface is not, is removed already. */
export async function executeRemovePeer(host: LinuxHost, publicKey: WireguardPublicKey): Outcome {
  if (!host.socket.isPresent()) return runAll(host, [wgRemovePeer(host.interfaceName, publicKey)], 'remove-peer')
  const answer = await host.socket.set(uapiRemovePeer(publicKey), 'remove-peer')
  return E.isLeft(answer) ? answer : E.right(undefined)
}

/** Writes every endpoint again, so that no peer is sent to from an address that is gone (`STICKY_SOURCE`). */
export async function executeRefreshUnderlay(host: LinuxHost): Outcome {
  return host.socket.isPresent() ? refreshUserspace(host) : refreshKernel(host)
}

async function refreshUserspace(host: LinuxHost): Outcome {
  const lines = await host.socket.get()
  if (E.isLeft(lines)) return lines
  const peers = endpointsInUapiGet(lines.right ?? [])
  return peers.length === 0 ? E.right(undefined) : writeToSocket(host, uapiSetEndpoints(peers), REFRESH)
}

async function refreshKernel(host: LinuxHost): Outcome {
  const dump = await run(host, wgShowDump(host.interfaceName), REFRESH)
  if (E.isLeft(dump)) return dump
  const device = orUnreadable(parseWgDump(dump.right), REFRESH)
  if (E.isLeft(device)) return device
  const peers = [...device.right.peers.values()].flatMap(({ publicKey, endpoint }) =>
    endpoint === undefined ? [] : [{ publicKey, endpoint }],
  )
  return runAll(host, wgSetEndpoints(host.interfaceName, peers), REFRESH)
}
