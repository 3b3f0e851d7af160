import { setTimeout as pause } from 'node:timers/promises'
import { patient } from './patience.js'

export interface WaitOptions {
  /** WireGuard tries a handshake again after 5 s when two of them cross: a shorter limit fails by chance. */
  readonly limitMs?: number
  readonly everyMs?: number
  /** Asked when it has not come within the limit: what is missing, for the error. */
  readonly missing?: () => Promise<string>
}

/**
 * Looks again and again until `look` yields something else than undefined, null or false, and returns that.
 * @throws Error saying `what` was awaited; an error thrown by `look` passes through at once
 */
export async function waitUntil<A>(
  what: string,
  look: () => A | Promise<A>,
  { limitMs = 10_000, everyMs = 20, missing }: WaitOptions = {},
): Promise<Exclude<A, undefined | null | false>> {
  const deadline = performance.now() + patient(limitMs)
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) {
      return found as Exclude<A, undefined | null | false>
    }
    if (performance.now() > deadline) {
      const detail = missing === undefined ? '' : ` ${await missing()}`
      throw new Error(`Not within ${patient(limitMs) / 1000} s: ${what}.${detail}`)
    }
    await pause(patient(everyMs))
  }
}
