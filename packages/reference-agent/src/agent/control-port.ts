import type { IpAddress } from '@meshfold/core'
import type * as E from 'fp-ts/lib/Either.js'

/** The control port of a host, open on its control address: datagrams to and from its direct peers. Any may be lost. */
export interface ControlPort {
  readonly send: (to: IpAddress, text: string) => void
  /** As `send`, and a refusal of it is heard. */
  readonly probe: (to: IpAddress, text: string) => void
  /** These are probed further; what is kept for others can be let go. */
  readonly keepProbing: (addresses: ReadonlySet<IpAddress>) => void
  readonly close: () => void
}

export interface ControlPortEvents {
  /** Whose address it is, WireGuard has proved. */
  readonly onMessage: (from: IpAddress, text: string) => void
  /** The system there says that nobody listens. */
  readonly onRefused: (from: IpAddress) => void
}

/** Opens it; `left` says why it can't be opened now. */
export type OpenControlPort = (own: IpAddress, events: ControlPortEvents) => Promise<E.Either<string, ControlPort>>
