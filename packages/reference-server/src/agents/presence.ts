import type { AsOf, HostId } from '@meshfold/core'

/** What the server saw of a host's agent. Observations: in memory only, gone with the server, never an event. */
export interface HostPresence {
  /** `null`: not connected to this server. */
  readonly connectedSinceEpochMs: number | null
  readonly lastContactEpochMs: number
  readonly remoteAddress: string | null
  /** Up to where its config was taken over; `null` before its first acknowledgement. */
  readonly acknowledged: AsOf | null
  /**
   * `failed`: it holds the config, but the host would not take all of it; `reverted`: it took back what had cut it off from its server;
   * `detail` says what.
   */
  readonly outcome: 'applied' | 'failed' | 'reverted' | null
  readonly detail: string | null
  /** What on the host differs from its config and could not be put right. */
  readonly drift: readonly string[]
}

/** Observations by host. */
export class Presence {
  readonly #hosts = new Map<HostId, HostPresence>()

  of(hostId: HostId): HostPresence | undefined {
    return this.#hosts.get(hostId)
  }

  isConnected(hostId: HostId): boolean {
    return (this.#hosts.get(hostId)?.connectedSinceEpochMs ?? null) !== null
  }

  /** Hosts that were seen since the server started, connected now or not. */
  entries(): IterableIterator<[HostId, HostPresence]> {
    return this.#hosts.entries()
  }

  /** How many connected hosts are not as configured. */
  diverged(): number {
    let count = 0
    for (const { connectedSinceEpochMs, outcome } of this.#hosts.values())
      if (connectedSinceEpochMs !== null && (outcome === 'failed' || outcome === 'reverted')) count += 1
    return count
  }

  connected(hostId: HostId, remoteAddress: string | null, nowEpochMs: number): void {
    const known = this.#hosts.get(hostId) ?? unseen
    this.#hosts.set(hostId, {
      ...known,
      remoteAddress,
      connectedSinceEpochMs: nowEpochMs,
      lastContactEpochMs: nowEpochMs,
    })
  }

  disconnected(hostId: HostId, nowEpochMs: number): void {
    const known = this.#hosts.get(hostId)
    if (known !== undefined)
      this.#hosts.set(hostId, { ...known, connectedSinceEpochMs: null, lastContactEpochMs: nowEpochMs })
  }

  observe(hostId: HostId, seen: Partial<Pick<HostPresence, 'acknowledged' | 'outcome' | 'detail' | 'drift'>>): void {
    const known = this.#hosts.get(hostId)
    if (known !== undefined) this.#hosts.set(hostId, { ...known, ...seen })
  }

  heard(hostId: HostId, nowEpochMs: number): void {
    const known = this.#hosts.get(hostId)
    if (known !== undefined) this.#hosts.set(hostId, { ...known, lastContactEpochMs: nowEpochMs })
  }

  forget(hostId: HostId): void {
    this.#hosts.delete(hostId)
  }
}

const unseen: HostPresence = {
  connectedSinceEpochMs: null,
  lastContactEpochMs: 0,
  remoteAddress: null,
  acknowledged: null,
  outcome: null,
  detail: null,
  drift: [],
}
