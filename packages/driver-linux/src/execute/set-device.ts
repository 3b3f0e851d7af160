import { existsSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, run } from '../linux-host.js'
import { type DeviceSettings, wgSetDevice } from '../render/interface-commands.js'
import { uapiSetDevice } from '../render/uapi-lines.js'

/** Tells WireGuard about its own interface. */
export async function setDevice(host: LinuxHost, settings: DeviceSettings, action: string): Outcome {
  if (isUserspace(host)) return host.socket.set(uapiSetDevice(settings), action)
  const done = await run(host, wgSetDevice(host.interfaceName, settings), action)
  return E.isLeft(done) ? done : E.right(undefined)
}

/** `wg` decides by the same sign: a userspace interface is one that has a socket. */
export function isUserspace(host: LinuxHost): boolean {
  return existsSync(host.socket.path)
}
