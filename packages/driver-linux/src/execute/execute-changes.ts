import type { FailedChange, HostChange } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { SetChange } from '../firewall/firewall-backend.js'
import type { LinuxHost, Outcome } from '../linux-host.js'
import { executeChange } from './execute-change.js'
import { executeSetChanges } from './execute-firewall.js'
import { executePeerChanges, isPeerChange } from './execute-peer.js'

/** Changes in one exchange or process: a failure then leaves no more than these in doubt. */
const AT_ONCE = 1_000

/** Carries out changes in order; peers that follow each other together, and members of sets. */
export async function executeChanges(
  host: LinuxHost,
  changes: readonly HostChange[],
): Promise<E.Either<FailedChange, void>> {
  let done = 0
  for (let change = changes[0]; change !== undefined; change = changes[done]) {
    const peers = changesFrom(changes, done, isPeerChange)
    const sets = changesFrom(changes, done, isSetChange)
    const outcome = await together(host, change, { peers, sets })
    if (E.isLeft(outcome)) return E.left({ done, change, cause: outcome.left })
    done += Math.max(1, peers.length, sets.length)
  }
  return E.right(undefined)
}

function together(
  host: LinuxHost,
  change: HostChange,
  { peers, sets }: { readonly peers: Parameters<typeof executePeerChanges>[1]; readonly sets: readonly SetChange[] },
): Outcome {
  if (peers.length > 1) return executePeerChanges(host, peers)
  if (sets.length > 1) return executeSetChanges(host, sets)
  return executeChange(host, change)
}

const isSetChange = (change: HostChange): change is SetChange => change.kind === 'change-firewall-set'

/** Those that follow each other from there on. */
function changesFrom<A extends HostChange>(
  changes: readonly HostChange[],
  start: number,
  isOf: (change: HostChange) => change is A,
): readonly A[] {
  const found: A[] = []
  for (const change of changes.slice(start, start + AT_ONCE)) {
    if (!isOf(change)) break
    found.push(change)
  }
  return found
}
