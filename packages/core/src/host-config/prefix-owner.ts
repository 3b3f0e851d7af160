/** Which of several paths with one prefix has it. */

import type { IpPrefix } from '../values/index.js'
import type { ClientPeer, Path, PathTarget } from './host-config.js'

/**
 * Whether `one` has a prefix that `other` has too. Fixed by the config, whatever the health: a way that can't be taken now doesn't hand
 * its prefixes to another that leads elsewhere. Nodes come first, then what lies behind them, then a network as a whole; route-all
 * to an internet gateway wins over an egress of /0 (E4).
 */
export const comesBefore = (one: Path, other: Path): boolean => {
  const difference = precedence[one.to.kind] - precedence[other.to.kind]
  return difference === 0 ? one.key < other.key : difference < 0
}

const precedence: { readonly [K in PathTarget['kind']]: number } = {
  direct: 0,
  relayed: 0,
  pair: 0,
  'behind-node': 1,
  'own-gateway': 2,
  internet: 3,
  routed: 4,
  leaving: 4,
}

/** Who has which prefix, kept up with paths and clients. Nearly every prefix has one claimant, which is held without a list. */
export class PrefixOwners {
  readonly #claims = new Map<IpPrefix, Path | readonly Path[]>()
  readonly #ofClients = new Map<IpPrefix, number>()

  /** `undefined`: nobody, or a client, whose prefixes no peer has. */
  ownerOf(prefix: IpPrefix): Path | undefined {
    if (this.#ofClients.has(prefix)) return undefined
    const claims = this.#claims.get(prefix)
    if (!isList(claims)) return claims
    return claims.reduce((owner, path) => (comesBefore(path, owner) ? path : owner))
  }

  add(path: Path): void {
    for (const prefix of path.prefixes) {
      const claims = this.#claims.get(prefix)
      this.#claims.set(prefix, claims === undefined ? path : isList(claims) ? [...claims, path] : [claims, path])
    }
  }

  remove(path: Path): void {
    for (const prefix of path.prefixes) {
      const claims = this.#claims.get(prefix)
      if (claims === path) this.#claims.delete(prefix)
      if (!isList(claims)) continue
      const left = claims.filter((claim) => claim !== path)
      const [only] = left
      if (left.length === 1 && only !== undefined) this.#claims.set(prefix, only)
      else this.#claims.set(prefix, left)
    }
  }

  addClient({ prefixes }: ClientPeer): void {
    for (const prefix of prefixes) this.#ofClients.set(prefix, (this.#ofClients.get(prefix) ?? 0) + 1)
  }

  removeClient({ prefixes }: ClientPeer): void {
    for (const prefix of prefixes) {
      const left = (this.#ofClients.get(prefix) ?? 0) - 1
      if (left > 0) this.#ofClients.set(prefix, left)
      else this.#ofClients.delete(prefix)
    }
  }
}

const isList = (claims: Path | readonly Path[] | undefined): claims is readonly Path[] => Array.isArray(claims)
