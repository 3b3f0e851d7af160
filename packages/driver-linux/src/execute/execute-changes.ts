import type { FailedChange, HostChange } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { LinuxHost } from '../linux-host.js'
import type { PeerChange } from '../render/peer-commands.js'
import { executeChange } from './execute-change.js'
import { executePeerChanges, isPeerChange } from './execute-peer.js'

/** Peers in one exchange or process: a failure then leaves no more than these in doubt. */
const PEERS_AT_ONCE = 1_000

/** Carries out changes in order, peers that follow each other together. */
export async function executeChanges(
  host: LinuxHost,
  changes: readonly HostChange[],
): Promise<E.Either<FailedChange, void>> {
  let done = 0
  for (let change = changes[0]; change !== undefined; change = changes[done]) {
    const peers = peersFrom(changes, done)
    const outcome = await (peers.length > 1 ? executePeerChanges(host, peers) : executeChange(host, change))
    if (E.isLeft(outcome)) return E.left({ done, change, cause: outcome.left })
    done += Math.max(1, peers.length)
  }
  return E.right(undefined)
}

function peersFrom(changes: readonly HostChange[], start: number): readonly PeerChange[] {
  const peers: PeerChange[] = []
  for (const change of changes.slice(start, start + PEERS_AT_ONCE)) {
    if (!isPeerChange(change)) break
    peers.push(change)
  }
  return peers
}
