/**
 * What a host does about its WireGuard keys (A11). It holds one, and while it changes it a second one; which of them its interface has,
 * its config says and nothing else. So whatever is lost on the way, or in a crash, the same question has the same answer afterwards.
 */
import type { WireguardPublicKey } from '../values/index.js'

/** Public halves of what a host has on disk. */
export interface HeldKeys {
  readonly current: WireguardPublicKey
  /** Made, and not the only one yet; `null`: nothing is being changed. */
  readonly next: WireguardPublicKey | null
}

/** What is to be done next. */
export type KeyStep =
  | { readonly kind: 'rest' }
  /** The server doesn't know this one as the host's: it is to be shown to it. */
  | { readonly kind: 'offer'; readonly wireguardKey: WireguardPublicKey }
  /** The server took it: once the interface has it, the other one is to be forgotten. */
  | { readonly kind: 'settle'; readonly wireguardKey: WireguardPublicKey }

/**
 * `configured`: the key in the host's config, `undefined` while there is none. A host that alone holds another key than its config says,
 * since an old copy of the server's log was restored, offers the one that it holds.
 */
export const keyStepOf = ({ current, next }: HeldKeys, configured: WireguardPublicKey | undefined): KeyStep => {
  if (configured === undefined) return { kind: 'rest' }
  if (next !== null)
    return configured === next ? { kind: 'settle', wireguardKey: next } : { kind: 'offer', wireguardKey: next }
  return configured === current ? { kind: 'rest' } : { kind: 'offer', wireguardKey: current }
}
