import type { HostChange, WireguardPublicKey } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, orUnreadable, refuse, run, runAll } from '../linux-host.js'
import { OWN_KEY_AS_PEER } from '../linux-pitfalls.js'
import { endpointsInUapiGet } from '../observe/parse-uapi-get.js'
import { parseWgDump } from '../observe/parse-wg-dump.js'
import {
  type PeerChange,
  type SetPeer,
  sameEndpoints,
  wgChangePeers,
  wgRemovePeer,
  wgShowDump,
} from '../render/peer-commands.js'
import { uapiChangePeer, uapiSetEndpoints } from '../render/uapi-lines.js'
import { writeToSocket } from './set-device.js'

const REFRESH = 'refresh-underlay'

/** Creates or updates one peer: one exchange on a userspace interface, one process on a kernel one. */
export function executeSetPeer(host: LinuxHost, change: SetPeer): Outcome {
  return executePeerChanges(host, [change])
}

/** Removes one peer; one that is not there, or whose interface is not, is removed already. */
export async function executeRemovePeer(host: LinuxHost, publicKey: WireguardPublicKey): Outcome {
  if (!host.socket.isPresent()) return runAll(host, [wgRemovePeer(host.interfaceName, publicKey)], 'remove-peer')
  const answer = await host.socket.set(uapiChangePeer({ kind: 'remove-peer', publicKey }), 'remove-peer')
  return E.isLeft(answer) ? answer : E.right(undefined)
}

/** Changes peers in the given order, all in one exchange or a few processes. Not atomic. */
export async function executePeerChanges(host: LinuxHost, changes: readonly PeerChange[]): Outcome {
  const action = changes[0]?.kind ?? 'set-peer'
  const isOwn = changes.some(({ kind, publicKey }) => kind === 'set-peer' && publicKey === host.seenKey.current)
  if (isOwn) return refuse(action, OWN_KEY_AS_PEER)
  if (host.socket.isPresent()) return writeToSocket(host, changes.flatMap(uapiChangePeer), action)
  return runAll(host, wgChangePeers(host.interfaceName, changes), action)
}

/** Whether the change is one of those that are carried out together. */
export function isPeerChange(change: HostChange): change is PeerChange {
  return change.kind === 'set-peer' || change.kind === 'remove-peer'
}

/**
 * Writes every endpoint again, the same. wireguard-go 0.0.20220316 sends from a remembered source for 15 s after that address
 * went away, and forgets it when it is given an endpoint; newer ones and the kernel don't need it and don't mind.
 */
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
  return runAll(host, wgChangePeers(host.interfaceName, sameEndpoints(device.right.peers.values())), REFRESH)
}
