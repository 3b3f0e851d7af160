import type { IpPrefix, WireguardPublicKey } from '../values/index.js'
import type { HostChange } from './host-change.js'
import type { ObservedPeer } from './observed-host.js'

type SetPeer = Extract<HostChange, { readonly kind: 'set-peer' }>

/**
 * The peers of an interface while a plan is carried out. Costs one pass over the peers and one over the plan, however many
 * prefixes change hands: a search for each would make 10,000 new peers take seconds.
 */
export class PeerTable {
  /** One copy for the whole plan. */
  readonly #peers: Map<WireguardPublicKey, ObservedPeer>
  /** Who may hold a prefix that the plan gives to somebody; a peer that lost it since is still named. */
  readonly #mayHold = new Map<IpPrefix, WireguardPublicKey[]>()
  /** What peers have left that others took prefixes from; written back once, since some hold thousands. */
  readonly #left = new Map<WireguardPublicKey, Set<IpPrefix>>()

  constructor(peers: ReadonlyMap<WireguardPublicKey, ObservedPeer>, plan: readonly HostChange[]) {
    this.#peers = new Map(peers)
    for (const change of plan) {
      if (change.kind !== 'set-peer') continue
      for (const prefix of change.allowedIps ?? []) this.#mayHold.set(prefix, [])
    }
    if (this.#mayHold.size === 0) return
    for (const [key, { allowedIps }] of peers) {
      for (const prefix of allowedIps) this.#mayHold.get(prefix)?.push(key)
    }
  }

  set({ publicKey, allowedIps, endpoint, keepaliveSeconds }: SetPeer): void {
    if (allowedIps !== undefined) this.#give(publicKey, allowedIps)
    const current = this.#peers.get(publicKey) ?? freshPeer(publicKey)
    this.#peers.set(publicKey, {
      ...current,
      ...(allowedIps === undefined ? {} : { allowedIps }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(keepaliveSeconds === undefined ? {} : { keepaliveSeconds }),
    })
  }

  remove(publicKey: WireguardPublicKey): void {
    this.#peers.delete(publicKey)
    this.#left.delete(publicKey)
  }

  clear(): void {
    this.#peers.clear()
    this.#left.clear()
  }

  /** To be called once, at the end. */
  peers(): ReadonlyMap<WireguardPublicKey, ObservedPeer> {
    for (const [key, left] of this.#left) {
      const peer = this.#peers.get(key)
      if (peer !== undefined) this.#peers.set(key, { ...peer, allowedIps: [...left] })
    }
    return this.#peers
  }

  /** WireGuard's table maps a prefix to one peer: giving it to one takes it from the other without a word. */
  #give(receiver: WireguardPublicKey, allowedIps: readonly IpPrefix[]): void {
    for (const prefix of allowedIps) {
      for (const holder of this.#mayHold.get(prefix) ?? []) if (holder !== receiver) this.#take(holder, prefix)
      this.#mayHold.set(prefix, [receiver])
    }
    this.#left.delete(receiver)
  }

  #take(holder: WireguardPublicKey, prefix: IpPrefix): void {
    const left = this.#left.get(holder) ?? new Set(this.#peers.get(holder)?.allowedIps)
    left.delete(prefix)
    this.#left.set(holder, left)
  }
}

function freshPeer(publicKey: WireguardPublicKey): ObservedPeer {
  return {
    publicKey,
    endpoint: undefined,
    allowedIps: [],
    latestHandshakeAtEpochMs: undefined,
    receivedBytes: 0,
    sentBytes: 0,
    keepaliveSeconds: 0,
  }
}
