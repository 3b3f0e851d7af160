import * as E from 'fp-ts/lib/Either.js'
import { type LinuxHost, type Outcome, refuse, run } from '../linux-host.js'
import { type DeviceSettings, wgSetDevice } from '../render/interface-commands.js'
import { uapiSetDevice } from '../render/uapi-lines.js'

/** Tells WireGuard about its own interface. */
export async function setDevice(host: LinuxHost, settings: DeviceSettings, action: string): Outcome {
  if (host.socket.isPresent()) return writeToSocket(host, uapiSetDevice(settings), action)
  const done = await run(host, wgSetDevice(host.interfaceName, settings), action)
  return E.isLeft(done) ? done : E.right(undefined)
}

/** Writes to a userspace WireGuard that must be there. */
export async function writeToSocket(host: LinuxHost, lines: readonly string[], action: string): Outcome {
  const answer = await host.socket.set(lines, action)
  if (E.isLeft(answer)) return answer
  return answer.right === 'written' ? E.right(undefined) : refuse(action, `nobody listens on ${host.socket.path}`)
}
