/** What goes into a host's paths, and what comes out. */
import type { RememberedPaths } from '../host-config/chosen-paths.js'
import type { Announced } from '../host-config/own-announcement.js'
import type { PathMessage, SignedVector } from '../protocol/path-message.js'
import type { HostId } from '../values/index.js'

/** When something happens: by a clock that never goes back, and by the host's own idea of the time. Milliseconds. */
export interface Moment {
  readonly nowMs: number
  readonly unixMs: number
}

/** What outlives the process, on disk. */
export interface PathMemory {
  readonly remembered: RememberedPaths | undefined
  readonly own: Announced<SignedVector>
  readonly vectors: ReadonlyMap<HostId, SignedVector>
}

/** Of a host that never was. */
export const noPathMemory: PathMemory = {
  remembered: undefined,
  own: { newest: undefined, released: undefined },
  vectors: new Map(),
}

/** A message for a direct peer, to its control address. */
export interface PathDatagram {
  readonly to: HostId
  readonly message: PathMessage
}

/** What an occasion led to. */
export interface PathStep {
  /** Peers that came, left, or have other AllowedIPs than before. */
  readonly hosts: ReadonlySet<HostId>
  /** To be sent once `hosts` are as they are to be: what is said to be held is in effect. */
  readonly datagrams: readonly PathDatagram[]
  /** Vectors, or choices that the next ones look at, are others: what is on disk is old. */
  readonly isMemoryChanged: boolean
}

/** What comes together while an occasion is taken in. */
export class OpenStep implements PathStep {
  readonly hosts = new Set<HostId>()
  readonly datagrams: PathDatagram[] = []
  isMemoryChanged = false
}
