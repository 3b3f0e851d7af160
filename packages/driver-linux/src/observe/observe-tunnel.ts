import { epochMs, type ObservedTunnel } from '@meshfold/core'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, orUnreadable, run } from '../linux-host.js'
import { wgShowDump } from '../render/peer-commands.js'
import { parseUapiGet } from './parse-uapi-get.js'
import { parseWgDump } from './parse-wg-dump.js'
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
  if (host.seenImplementation.current === undefined) return E.right(undefined)
  if (host.seenImplementation.current === 'kernel') {
    const dump = await run(host, wgShowDump(host.interfaceName), ACTION)
    // It may be gone, which no word of `wg` tells from other refusals; whoever looks at the whole host will see.
    if (E.isLeft(dump)) return E.right(undefined)
    return orUnreadable(parseWgDump(dump.right, host.parsers), ACTION)
  }
  const lines = await host.socket.get()
  if (E.isLeft(lines)) return lines
  return lines.right === undefined ? E.right(undefined) : orUnreadable(parseUapiGet(lines.right, host.parsers), ACTION)
}
