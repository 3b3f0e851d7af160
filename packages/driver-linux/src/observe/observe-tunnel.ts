import { epochMs, type ObservedTunnel } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import type { LinuxHost, Outcome } from '../linux-host.js'
import { askDevice } from './observe-link.js'
import type { WireguardDevice } from './wireguard-device.js'

const ACTION = 'observe WireGuard'

/** Asks WireGuard alone: wireguard-go by its socket, without a process, and the kernel's by one. */
export async function observeTunnel(host: LinuxHost): Outcome<ObservedTunnel | undefined> {
  host.parsers.nextObservation()
  const found = await askSeen(host)
  if (E.isLeft(found)) return found
  // Another key: somebody made the interface anew.
  if (found.right === undefined || found.right.publicKey !== host.seenKey.current) return E.right(undefined)
  const { listenPort, peers } = found.right
  return E.right({ observedAtEpochMs: epochMs(host.nowEpochMs()), listenPort, peers })
}

async function askSeen(host: LinuxHost): Outcome<WireguardDevice | undefined> {
  const implementation = host.seenImplementation.current
  if (implementation === undefined) return E.right(undefined)
  const device = await askDevice(host, implementation, ACTION)
  // It may be gone, which no word of `wg` tells from other refusals; whoever looks at the whole host will see.
  const mayBeGone = E.isLeft(device) && implementation === 'kernel' && device.left.code !== 'host-answer-unreadable'
  return mayBeGone ? E.right(undefined) : device
}
