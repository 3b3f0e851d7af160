/**
 * Whether what was last changed of a client is in effect where it connects (B7). What its gateway's agent acknowledged is compared with
 * when the client's part of that gateway's config changed last; both are in memory, as this server saw them.
 */
import {
  type AsOf,
  type CancelTimer,
  type Client,
  type ClientId,
  compareAsOf,
  type FragmentId,
  largeMapGet,
  largeMapHas,
  type MeshState,
  parseFragmentId,
  projectFragment,
} from '@meshfold/core'
import type { MeshStep } from '../mesh-service/mesh-history.js'
import type { MeshService } from '../mesh-service/mesh-service.js'
import type { Presence } from './presence.js'

/** `null`: its gateway has it as it is. Otherwise what that waits for. */
export type ClientWait =
  /** The gateway's agent isn't connected to this server. Another server may have it: that one knows. */
  | 'gateway-not-connected'
  /** It was told, and hasn't said yet that it did it. */
  | 'gateway-not-done'
  /** It says that its host is not as configured. */
  | 'gateway-diverged'
  | null

export interface ClientChangesOptions {
  readonly service: Pick<MeshService, 'asOf' | 'state' | 'onStep'>
  readonly presence: Pick<Presence, 'of'>
}

export class ClientChanges {
  readonly #options: ClientChangesOptions
  readonly #changedAt = new Map<ClientId, AsOf>()
  readonly #stop: CancelTimer
  /** Of a client that wasn't changed since, what was changed before is not known any better. */
  #knownFrom: AsOf

  constructor(options: ClientChangesOptions) {
    this.#options = options
    this.#knownFrom = options.service.asOf
    this.#stop = options.service.onStep((step) => this.#take(step))
  }

  /** How many clients were changed since this server started, and are there. */
  get size(): number {
    return this.#changedAt.size
  }

  waitOf({ clientId, gatewayId }: Pick<Client, 'clientId' | 'gatewayId'>): ClientWait {
    const { service, presence } = this.#options
    const gateway = largeMapGet(service.state.gateways, gatewayId)
    const seen = gateway === undefined ? undefined : presence.of(gateway.hostId)
    const { acknowledged = null, outcome = null, connectedSinceEpochMs = null } = seen ?? {}
    const changedAt = this.#changedAt.get(clientId) ?? this.#knownFrom
    if (acknowledged === null || compareAsOf(acknowledged, changedAt) < 0)
      return connectedSinceEpochMs === null ? 'gateway-not-connected' : 'gateway-not-done'
    return outcome === 'failed' || outcome === 'reverted' ? 'gateway-diverged' : null
  }

  close(): void {
    this.#stop()
  }

  #take({ before, after, changes }: MeshStep): void {
    if (before.mesh?.epoch !== after.mesh?.epoch) {
      this.#changedAt.clear()
      this.#knownFrom = changes.asOf
      return
    }
    for (const { fragment } of changes.changes) this.#note(fragment, after, changes.asOf)
    for (const fragment of changes.removed) if (isGone(fragment, after)) this.#note(fragment, after, changes.asOf)
  }

  #note(fragment: FragmentId, after: MeshState, asOf: AsOf): void {
    if (!isOfClient(fragment)) return
    const clientId = parseFragmentId(fragment)?.about as ClientId
    if (largeMapHas(after.clients, clientId)) this.#changedAt.set(clientId, asOf)
    else this.#changedAt.delete(clientId)
  }
}

const isOfClient = (fragment: FragmentId): boolean => fragment.startsWith('client:')

/** Among what a step may have taken away there is what only changed, or nothing happened to. */
const isGone = (fragment: FragmentId, after: MeshState): boolean =>
  isOfClient(fragment) && projectFragment(after, fragment) === undefined
