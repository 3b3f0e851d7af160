import type { WireguardPublicKey } from '@meshfold/core'
import type { Either } from 'fp-ts/lib/Either.js'
import type { CommandRunner } from './command.js'

/**
 * Where the host's WireGuard private key comes from: a file as `wg genkey` writes it, or a function that yields the 32
 * bytes, asked each time they are needed and forgotten at once. Where a host holds two, since it is changing its key, the function is told
 * the public half of the one that is needed.
 */
export type PrivateKeySource =
  | { readonly file: string }
  | ((wanted: WireguardPublicKey) => Promise<Either<{ readonly reason: string }, Uint8Array>>)

/** Which WireGuard to make: the kernel's where it has one (`automatic`), or always the one named. */
export type WireguardChoice = 'automatic' | 'kernel' | 'userspace'

/** What to filter packets with: what the host uses (`automatic`), or always the one named. */
export type FirewallChoice = 'automatic' | 'nftables' | 'iptables'

/** What {@link createLinuxDriver} is told. */
export interface LinuxDriverOptions {
  /** At most 15 characters of `a-zA-Z0-9_=+.-`, the last one no `+`. The driver makes, changes and removes this interface and no other. */
  readonly interfaceName: string
  readonly privateKey: PrivateKeySource
  /** Runs `ip`, `wg` and `wireguard-go`; on this host where left out. */
  readonly commandRunner?: CommandRunner
  /** Wall clock; `Date.now` where left out. */
  readonly nowEpochMs?: () => number
  readonly implementation?: WireguardChoice
  readonly firewall?: FirewallChoice
  /** Where left out: the environment's `MESHFOLD_WIREGUARD_GO`, then `wireguard-go` on PATH. */
  readonly wireguardGo?: string
  /** Where userspace WireGuard keeps its sockets; `/var/run/wireguard`, compiled into wireguard-go, where left out. */
  readonly socketFolder?: string
  /** What stands before the paths of `/etc/hosts` and `/etc/resolv.conf`; nothing where left out. */
  readonly rootFolder?: string
  /** `process.env` where left out. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}
