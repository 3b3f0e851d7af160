import type { Either } from 'fp-ts/lib/Either.js'
import type { DriverCapabilities } from '../reconcile/driver-capabilities.js'
import type { HostChange } from '../reconcile/host-change.js'
import type { ObservedHost, ObservedTunnel } from '../reconcile/observed-host.js'
import type { IpPrefix } from '../values/index.js'

/**
 * Puts WireGuard, addresses and routes of one host into effect, for one operating system and one interface.
 *
 * A driver touches only what it owns: its interface, and routes on it. It decides nothing: core's `planChanges` says what to do.
 */
export interface HostDriver {
  /** What this driver can do on this host. Data, known before the first call. */
  readonly capabilities: DriverCapabilities

  /** Reads what is there now. Changes nothing; a missing interface is an answer, not an error. */
  observe(wish?: ObservationWish): Promise<Either<HostDriverError, ObservedHost>>

  /**
   * Reads what WireGuard itself says, without the rest of the host: for less than `observe`, where peers are all that matters. Optional.
   * `undefined`: the interface that was last observed is not there, or is another now; `observe` tells.
   */
  observeTunnel?(): Promise<Either<HostDriverError, ObservedTunnel | undefined>>

  /**
   * Carries out one change. Carrying out the same change again leaves the host as the first time did, so a plan cut off at any
   * step can be made anew from `observe` and finished. A change that this driver can't do is `change-unsupported`, never a
   * silent success.
   */
  execute(change: HostChange): Promise<Either<HostDriverError, void>>

  /**
   * Carries out changes in order, as `execute` would one after the other, in fewer calls of the system: 10,000 peers then take
   * a second and not a minute. Optional. Stops at the first failure.
   */
  executeAll?(changes: readonly HostChange[]): Promise<Either<FailedChange, void>>

  /** Frees what the driver holds open; leaves the host as it is. To remove the interface, plan towards `undefined`. */
  close(): Promise<void>
}

/** What a look should heed; a driver that can't leaves it out. */
export interface ObservationWish {
  /** Ranges outside the mesh, to know how this host reaches them: `ObservedHost.waysOutside`. */
  readonly rangesOutside?: readonly IpPrefix[]

  /**
   * Asked again and again while the host is read: whether something more urgent waits for it. The answer is `given-up` then, as soon as
   * it can be. A driver that is quick need not ask.
   */
  readonly isGivenUp?: () => boolean
}

/** Where `executeAll` stopped. */
export interface FailedChange {
  /** So many changes surely took effect. Of those that were tried together with the refused one only `observe` tells. */
  readonly done: number
  /** The refused one, or the first of those that were tried together. */
  readonly change: HostChange
  readonly cause: HostDriverError
}

/** Why a host was not read or changed. `reason` is for people, without secrets. */
export type HostDriverError =
  | { readonly code: 'change-unsupported'; readonly change: HostChange['kind']; readonly reason: string }
  /** A tool is missing or too old; the reason names what to install. */
  | { readonly code: 'host-tool-missing'; readonly tool: string; readonly reason: string }
  /** The process lacks a right that the host asks for. */
  | { readonly code: 'host-permission-denied'; readonly action: string; readonly reason: string }
  /** The host refused. `reason` is its own words, without secrets. */
  | { readonly code: 'host-refused'; readonly action: string; readonly reason: string }
  /** `ObservationWish.isGivenUp` said so. */
  | { readonly code: 'given-up'; readonly action: string; readonly reason: string }
  /** The host's answer could not be understood. */
  | { readonly code: 'host-answer-unreadable'; readonly action: string; readonly reason: string }
